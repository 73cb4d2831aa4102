"""The voter at the counter: who is found, what is asked for, what is decided and answered."""
