"""An installation and its workspaces kept sound: doctor, verify, schedule, forget, journal."""
