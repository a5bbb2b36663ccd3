# Takes back what install.ps1 did: signs out, restores .aws and Claude Code's settings, removes the programs.
#
# Usage: uninstall.ps1 [OPTION...]      what can be chosen: uninstall.ps1 --help
$ErrorActionPreference = 'Stop'

$installed = Join-Path $env:USERPROFILE 'claude-code-with-bedrock'
$program = Join-Path $installed 'credential-process.exe'
if (-not (Test-Path -LiteralPath $program)) {
    [Console]::Error.WriteLine("error[not-installed]: there is no $program")
    [Console]::Error.WriteLine('hint: nothing is left to be done')
    exit 3
}

# Windows does not remove a program that runs: a copy does the work.
$copy = Join-Path ([IO.Path]::GetTempPath()) ('ccwb-uninstall-' + [Guid]::NewGuid().ToString('N') + '.exe')
Copy-Item -LiteralPath $program -Destination $copy
try {
    & $copy uninstall --installed $installed @args
    $status = $LASTEXITCODE
}
finally {
    Remove-Item -LiteralPath $copy -ErrorAction SilentlyContinue
}
exit $status
