# Everything an end-to-end script needs: source tests/e2e/lib/all.tcl
foreach part {terminal session programs console faults tmux qr mfa receiver case} {
    source [file join [file dirname [info script]] $part.tcl]
}
