# Installs Claude Code's sign-in to Amazon Bedrock for the person who runs it: checks this folder against SHA256SUMS and
# lets the program do the rest. Needs no administrator's rights, no Python, no AWS CLI.
#
# Usage: .\install.ps1 [OPTION...]      what can be chosen: .\install.ps1 --help
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2

function Stop-With([string]$code, [string]$what, [string]$hint) {
    [Console]::Error.WriteLine("error[$code]: $what")
    [Console]::Error.WriteLine("hint: $hint")
    exit 3
}

$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$program = 'credential-process-windows.exe'
$again = 'get the package again, and unpack all of it'

if (-not (Test-Path -LiteralPath (Join-Path $here $program))) {
    Stop-With 'platform-missing' "this package holds no program for Windows ($program)" 'ask your administrator for a package with windows'
}
$list = Join-Path $here 'SHA256SUMS'
if (-not (Test-Path -LiteralPath $list)) { Stop-With 'package-damaged' 'SHA256SUMS is missing' $again }

# Every file that the list names must be as it says, and the list must name what is about to be run.
$named = @()
foreach ($line in Get-Content -LiteralPath $list) {
    if ($line -notmatch '^([0-9a-f]{64}) [ *](.+)$') { continue }
    $expected = $Matches[1]
    $file = $Matches[2]
    $named += $file
    $path = Join-Path $here ($file -replace '/', '\')
    if (-not (Test-Path -LiteralPath $path)) { Stop-With 'package-damaged' "$file is missing" $again }
    if ((Get-FileHash -LiteralPath $path -Algorithm SHA256).Hash.ToLowerInvariant() -ne $expected) {
        Stop-With 'package-damaged' "$file is not the file that was packed" 'get the package again; tell your administrator'
    }
}
foreach ($file in @($program, 'config.json')) {
    if ($named -notcontains $file) { Stop-With 'package-damaged' "SHA256SUMS does not name $file" $again }
}

# What was downloaded is marked as such, and would be asked about at every start.
Get-ChildItem -LiteralPath $here -Filter *.exe | Unblock-File

& (Join-Path $here $program) install --package $here @args
exit $LASTEXITCODE
