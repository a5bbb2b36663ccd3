@echo off
rem Starts uninstall.ps1 where scripts are not run by a double click.
powershell.exe -NoLogo -NoProfile -ExecutionPolicy Bypass -File "%~dp0uninstall.ps1" %*
exit /b %errorlevel%
