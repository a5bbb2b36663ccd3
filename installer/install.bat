@echo off
rem Starts install.ps1 where scripts are not run by a double click.
powershell.exe -NoLogo -NoProfile -ExecutionPolicy Bypass -File "%~dp0install.ps1" %*
exit /b %errorlevel%
