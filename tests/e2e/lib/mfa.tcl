# Second factors as a person has them: an app beside the screen, a phone, a mailbox.
#
#   app_scan                reads the QR code on the screen, once it is drawn, and returns its secret
#   app_code secret ?off?   the code that the app shows now, or `off` seconds from now
#   messages channel        the texts of the outbox so far, newest last
#   message_code channel    the code in the newest message
#   make_person url email ?password?     a tenant "acme" and a person in it who can sign in; returns the id
#   mfa_enrolled url id     what the server says
#   answer pattern text     answers a question of a dialogue
#   recovery                types back the end of the recovery code on the screen; returns the whole
#   next_code channel n     the code of the next message after the n there were

namespace eval mfa {}

proc mfa::scan_now {} {
    set text [qr_text]
    if {![regexp {^otpauth://totp/.*[?&]secret=([A-Z2-7]+)} $text all secret]} {
        error "not a key URI: $text"
    }
    return $secret
}

# What stands beside the code may be there before all of it is.
proc app_scan {} {
    wait_until { ![catch { mfa::scan_now }] }
    return [mfa::scan_now]
}

proc app_code {secret {off 0}} {
    set now [expr {[clock seconds] + $off}]
    return [exec oathtool --totp --base32 --now @$now $secret]
}

# The first code that is not the one used last: a step is good once.
proc app_next_code {secret} {
    return [app_code $secret 30]
}

# The codes that were sent, oldest first. Other messages may come in between, such as that a factor was added.
proc codes {channel} {
    set codes {}
    foreach file [lsort [glob -nocomplain -directory $programs::data/outbox *-$channel.json]] {
        set handle [open $file]
        fconfigure $handle -encoding utf-8
        if {[regexp {"code":"([0-9]+)"} [read $handle] all code]} {
            lappend codes $code
        }
        close $handle
    }
    return $codes
}

proc message_code {channel} {
    return [next_code $channel 0]
}

proc next_code {channel n} {
    set mfa::before $n
    set mfa::channel $channel
    wait_until {[llength [codes $mfa::channel]] > $mfa::before}
    return [lindex [codes $channel] end]
}

proc answer {pattern text} {
    wait_for $pattern
    type "$text\r"
}

proc recovery {} {
    wait_for {Type the last four}
    regexp {shown once:\s+([0-9a-z ]+)} [screen] all code
    set code [string map {" " ""} $code]
    type "[string range $code end-3 end]\r"
    return $code
}

proc make_person {url email {password "correct horse battery 9"}} {
    catch { gh $url call tenants_create tenantId=acme name=Acme }
    set answer [gh $url --tenant acme call users_create email=$email "name=Ada Okafor" password=$password \
        skipInviteEmail=true]
    regexp {"id": "([^"]+)"} $answer all id
    gh $url call users_verify userId=$id
    return $id
}

proc mfa_enrolled {url id} {
    return [regexp {"mfaEnrolled": true} [gh $url call users_get_vendor userId=$id]]
}
