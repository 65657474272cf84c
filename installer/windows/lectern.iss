; Setup for one user, without administrator's rights. Compiled by installer/inno.py, which
; defines Version, Application (the folder) and Output, and Signed where there is a certificate.
#define Key "Software\Classes"

[Setup]
AppId={{7C0B7E0E-6E0B-4B43-9C2E-5F1B6B0E8A51}
AppName=Lectern
AppVersion={#Version}
AppPublisher=The Lectern authors
VersionInfoVersion={#Version}
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
DefaultDirName={localappdata}\Programs\Lectern
DisableProgramGroupPage=yes
DisableDirPage=auto
LicenseFile={#SourcePath}\..\..\LICENSE
OutputDir={#Output}
OutputBaseFilename=Lectern-{#Version}-setup
Compression=lzma2/fast
SolidCompression=yes
WizardStyle=modern
CloseApplications=yes
UninstallDisplayIcon={app}\lectern-window.exe
ChangesAssociations=yes
#ifdef Signed
SignTool=lectern
SignedUninstaller=yes
#endif

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"
Name: "fr"; MessagesFile: "compiler:Languages\French.isl"
Name: "es"; MessagesFile: "compiler:Languages\Spanish.isl"

[CustomMessages]
en.SearchHere=Search in this folder
de.SearchHere=In diesem Ordner suchen
fr.SearchHere=Rechercher dans ce dossier
es.SearchHere=Buscar en esta carpeta

[InstallDelete]
; What an older version had and this one has not.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Application}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs

[Icons]
Name: "{autoprograms}\Lectern"; Filename: "{app}\lectern-window.exe"

[Registry]
Root: HKCU; Subkey: "{#Key}\Directory\shell\Lectern"; ValueType: string; ValueData: "{cm:SearchHere}"; Flags: uninsdeletekey
Root: HKCU; Subkey: "{#Key}\Directory\shell\Lectern"; ValueType: string; ValueName: "Icon"; ValueData: "{app}\lectern-window.exe"
Root: HKCU; Subkey: "{#Key}\Directory\shell\Lectern\command"; ValueType: string; ValueData: """{app}\lectern-window.exe"" gui ""%1"""
Root: HKCU; Subkey: "{#Key}\Directory\Background\shell\Lectern"; ValueType: string; ValueData: "{cm:SearchHere}"; Flags: uninsdeletekey
Root: HKCU; Subkey: "{#Key}\Directory\Background\shell\Lectern"; ValueType: string; ValueName: "Icon"; ValueData: "{app}\lectern-window.exe"
Root: HKCU; Subkey: "{#Key}\Directory\Background\shell\Lectern\command"; ValueType: string; ValueData: """{app}\lectern-window.exe"" gui ""%V"""

[Run]
Filename: "{app}\lectern-window.exe"; Description: "{cm:LaunchProgram,Lectern}"; Flags: nowait postinstall skipifsilent
