@echo off
rem Installs voterlist from this folder, without internet. install.bat --help
rem voterlist-i bu qovluqdan, internetsiz qurasdirir.
setlocal
set PYTHONUTF8=1
py -@PYTHON@ -c "" 2>nul && (py -@PYTHON@ "%~dp0install.py" %* & goto end)
python -c "import sys; sys.exit('%%d.%%d' %% sys.version_info[:2] != '@PYTHON@')" 2>nul && (python "%~dp0install.py" %* & goto end)
echo Python @PYTHON@ was not found. Install it from python.org, 64 bits, and start this again.
exit /b 2
:end
exit /b %errorlevel%
