"""Scenarios on macOS hosts."""

from s1ecs.standin.scenarios.scenario import Scenario

_SYSTEMS = ("macos",)

MACOS = (
    Scenario(
        name="Launch agent written by a shell",
        description="A shell wrote a file that starts a program at every sign-in.",
        severity="Medium",
        event="file_new",
        systems=_SYSTEMS,
        query='TgtFilePath Contains "/Library/LaunchAgents/" AND SrcProcName In ("zsh", "bash")',
        process="zsh",
        command="zsh -c cp /Users/Shared/.cache/sync.plist /Users/{user}/Library/LaunchAgents/test.sync.plist",
        parent="terminal",
        parent_command="/System/Applications/Utilities/Terminal.app/Contents/MacOS/Terminal",
        details={"targetProcessInfo.tgtFilePath": "/Users/{user}/Library/LaunchAgents/test.sync.plist"},
    ),
    Scenario(
        name="Quarantine mark removed from a download",
        description="The mark that makes macOS ask before it opens a download was taken away.",
        severity="Low",
        event="process",
        systems=_SYSTEMS,
        query='TgtProcCmdLine Contains "com.apple.quarantine"',
        process="zsh",
        command="zsh -i",
        parent="terminal",
        parent_command="/System/Applications/Utilities/Terminal.app/Contents/MacOS/Terminal",
        details={
            "targetProcessInfo.tgtProcName": "xattr",
            "targetProcessInfo.tgtProcImagePath": "/usr/bin/xattr",
            "targetProcessInfo.tgtProcCmdLine": "xattr -d com.apple.quarantine /Users/{user}/Downloads/Viewer.app",
        },
        weight=20,
    ),
    Scenario(
        name="Script asks for the user's password",
        description="A script showed a window of its own that asks for the password.",
        severity="High",
        event="process",
        systems=_SYSTEMS,
        query='TgtProcName = "osascript" AND TgtProcCmdLine Contains "hidden answer"',
        process="mac_updater",
        command="/Users/Shared/.cache/updater --check",
        parent="launchd",
        parent_command="/sbin/launchd",
        details={
            "targetProcessInfo.tgtProcName": "osascript",
            "targetProcessInfo.tgtProcImagePath": "/usr/bin/osascript",
            "targetProcessInfo.tgtProcCmdLine": (
                'osascript -e display dialog "macOS needs your password" default answer "" with hidden answer'
            ),
        },
        weight=4,
    ),
    Scenario(
        name="Program outside of Applications reaches the internet",
        description="A program without signature in a shared folder opened a connection.",
        severity="Medium",
        event="network",
        systems=_SYSTEMS,
        query='EventType = "IP Connect" AND SrcProcImagePath Contains "/Users/Shared/"',
        process="mac_updater",
        command="/Users/Shared/.cache/updater --sync",
        parent="launchd",
        parent_command="/sbin/launchd",
    ),
    Scenario(
        name="Request for a domain of a false update",
        description="A name was looked up under which a false update of the system was offered.",
        severity="High",
        event="dns",
        systems=_SYSTEMS,
        query='EventType = "DNS Resolved" AND DnsRequest In Contains ("cdn-update.example", "telemetry-sync.test")',
        process="mac_browser",
        command="/Applications/Example Browser.app/Contents/MacOS/Example Browser --type=network",
        parent="launchd",
        parent_command="/sbin/launchd",
    ),
)
