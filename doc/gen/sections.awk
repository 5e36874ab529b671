# Fills the marked sections of a page from the tables: awk -v tables=FILE -f sections.awk PAGE
#
# A section stands between lines that hold `NAME:begin` and `NAME:end` in a comment of the page's language. What NAME
# stands for is written by fill_NAME below, as mdoc in manual pages and as Markdown elsewhere.

BEGIN {
    FS = "\t"
    while ((getline line < tables) > 0) {
        rows++
        split(line, cell, "\t")
        kind[rows] = cell[1]
        for (i = 2; i in cell; i++)
            at[rows, i - 1] = cell[i]
        split("", cell)
    }
    if (!rows) {
        print "sections.awk: there are no tables in " tables > "/dev/stderr"
        exit failed = 1
    }
}
match($0, /[a-z0-9-]+:end/) { inside = 0 }
!inside { print }
match($0, /[a-z0-9-]+:begin/) {
    name = substr($0, RSTART, RLENGTH - 6)
    inside = 1
    fill()
}
END {
    if (inside && !failed) {
        print "sections.awk: " FILENAME ": section " name " has no end" > "/dev/stderr"
        exit 1
    }
    exit failed
}

function fill() {
    if (name == "options") options(1)
    else if (name == "commands") commands()
    else if (name == "exit") tagged("exit", "No", 0, 2)
    else if (name == "settings") tagged("setting", "Ic", 2, 3)
    else if (name == "regions") tagged("region", "Ic", 0, 2)
    else if (name == "roles") tagged("role", "Ic", 0, 2)
    else if (name == "lines") tagged("line", "Ic", 2, 3)
    else if (name == "flags") flags()
    else if (name == "keys") keys()
    else if (name == "panes") panes()
    else if (name == "actions") actions()
    else if (name == "settings-file") markdown("settings_file", "Setting | What it is")
    else if (name == "hint-codes") markdown("hint_code", "Code | What to do")
    else if (name == "hint-words") markdown("hint_words", "Message | What to do")
    else if (name == "email-types") message_types("email")
    else if (name == "sms-types") message_types("sms")
    else if (name == "variables") variables()
    else if (name == "email-texts") message_texts("email")
    else if (name == "sms-texts") message_texts("sms")
    else if (name ~ /^screen-/) screen("tests/golden/" substr(name, 8) ".txt")
    else {
        print "sections.awk: " FILENAME ": nobody fills " name > "/dev/stderr"
        failed = 1
    }
}

# --- mdoc ---

# A word for a macro: quoted where it has blanks, and never taken for a macro or a delimiter itself.
function word(s) {
    gsub(/\\/, "\\e", s)
    return s ~ /[ \t]/ ? "\"" s "\"" : "\\&" s
}
# Each key of a list, as in `.It Ic Up , Ic k`.
function key_words(list,  part, n, i, out) {
    n = split(list, part, " ")
    for (i = 1; i <= n; i++)
        out = out (i > 1 ? " , " : "") "Ic " word(part[i])
    return out
}
function sentence(s) {
    gsub(/\\/, "\\e", s)
    s = toupper(substr(s, 1, 1)) substr(s, 2)
    if (s ~ /^[.']/) s = "\\&" s
    return s ~ /[.!?]$/ ? s : s "."
}
function open_list(width) { print ".Bl -tag -width " (width == "" ? "Ds" : width) }
function close_list() { print ".El" }
function option_item(r) {
    printf ".It %sFl Fl %s%s\n%s\n", at[r, 2] == "-" ? "" : "Fl " at[r, 2] " , ", at[r, 1], \
        at[r, 3] == "" ? "" : " Ar " word(at[r, 3]), sentence(at[r, 5])
}
function options(bit,  r) {
    open_list()
    for (r = 1; r <= rows; r++)
        if (kind[r] == "option" && has(at[r, 4], bit))
            option_item(r)
    close_list()
}
function has(groups, bit) { return int(groups / bit) % 2 == 1 }
function commands(  r, o) {
    open_list()
    for (r = 1; r <= rows; r++) {
        if (kind[r] != "command")
            continue
        printf ".It Ic %s%s%s\n%s\n", at[r, 1], at[r, 2] == "" ? "" : " " at[r, 2], \
            at[r, 3] == "" ? "" : " Ar " word(at[r, 3]), sentence(at[r, 5])
        for (o = 1; o <= rows; o++)
            if (kind[o] == "option" && shared(at[o, 4], at[r, 4]))
                print ".Op Fl Fl " at[o, 1] (at[o, 3] == "" ? "" : " Ar " word(at[o, 3]))
    }
    close_list()
    print ".Ss Options of commands"
    open_list()
    for (o = 1; o <= rows; o++)
        if (kind[o] == "option" && !has(at[o, 4], 1))
            option_item(o)
    close_list()
}
function shared(a, b,  bit) {
    for (bit = 2; bit <= 32768; bit *= 2)
        if (has(a, bit) && has(b, bit))
            return 1
    return 0
}
# Rows as a tagged list: the first column is the tag, `value` an argument of it (0: none), `text` the explanation.
function tagged(table, macro, value, text,  r) {
    open_list()
    for (r = 1; r <= rows; r++)
        if (kind[r] == table)
            printf ".It %s %s%s\n%s\n", macro, word(at[r, 1]), \
                value && at[r, value] != "" ? " Ar " word(at[r, value]) : "", \
                table == "region" ? ".Lk " at[r, text] : sentence(at[r, text])
    close_list()
}
function flags(  r) {
    open_list()
    for (r = 1; r <= rows; r++)
        if (kind[r] == "flag")
            printf ".It Fl Fl %s%s\n%s\n", at[r, 1], at[r, 2] == "" ? "" : " Ar " word(at[r, 2]), \
                sentence(at[r, 3])
    close_list()
}
function group_title(g) {
    return g == "move" ? "Moving" : g == "panes" ? "Panes" : g == "find" ? "Finding" : g == "mark" ? "Marking" : \
        g == "change" ? "Changing" : g == "take" ? "Taking along" : g == "view" ? "Looking" : \
        g == "scope" ? "Where to work" : g
}
function both_keys(r,  list) {
    list = at[r, 3] (at[r, 4] == "" ? "" : " " at[r, 4])
    return list == "" ? "" : key_words(list) " , "
}
function keys(  r, i, n, order, seen) {
    for (r = 1; r <= rows; r++)
        if (kind[r] == "key" && !(at[r, 1] in seen)) {
            seen[at[r, 1]] = 1
            order[++n] = at[r, 1]
        }
    for (i = 1; i <= n; i++) {
        print ".Ss " group_title(order[i])
        open_list("indent-two")
        for (r = 1; r <= rows; r++)
            if (kind[r] == "key" && at[r, 1] == order[i])
                printf ".It %sIc :%s\n%s\n", both_keys(r), at[r, 2], sentence(at[r, 5])
        close_list()
    }
}
function panes(  r) {
    open_list()
    for (r = 1; r <= rows; r++)
        if (kind[r] == "pane")
            printf ".It %sIc :%s\n%s\n", (at[r, 2] > 0 ? "Ic " at[r, 2] " , " : ""), at[r, 1], sentence(at[r, 3])
    close_list()
}
function asks(confirm) {
    return confirm == 1 ? "Asks first." : confirm == 2 ? "Destroys, asks first." : \
        confirm == 3 ? "Cannot be taken back: the name is typed first." : ""
}
function actions(  r, p) {
    for (p = 1; p <= rows; p++) {
        if (kind[p] != "pane" && kind[p] != "inner")
            continue
        if (!counted(p))
            continue
        print ".Ss " (kind[p] == "pane" ? at[p, 3] : at[p, 2])
        open_list()
        for (r = 1; r <= rows; r++) {
            if (kind[r] == "action" && at[r, 1] == at[p, 1]) {
                printf ".It Ic %s\n%s\n", word(at[r, 2]), sentence(at[r, 4] (at[r, 7] == "" ? "" : ", " at[r, 7]))
                if (at[r, 6] == 1) print "Takes all marked rows."
                if (asks(at[r, 5]) != "") print asks(at[r, 5])
            } else if (kind[r] == "child" && at[r, 1] == at[p, 1]) {
                printf ".It Ic %s\n%s\n", word(at[r, 2]), sentence("open " at[r, 3])
            }
        }
        close_list()
    }
}
function counted(p,  r, n) {
    for (r = 1; r <= rows; r++)
        n += (kind[r] == "action" || kind[r] == "child") && at[r, 1] == at[p, 1]
    return n
}

# --- Markdown ---

function markdown(table, head,  r, n, part) {
    n = split(head, part, / [|] /)
    print ""
    print "| " head " |"
    printf "|"
    while (n--) printf "---|"
    print ""
    for (r = 1; r <= rows; r++)
        if (kind[r] == table)
            print "| `" at[r, 1] "` | " at[r, 2] " |"
    print ""
}
# Names of variables as code, with a space between.
function codes(list,  n, part, i, out) {
    n = split(list, part, " ")
    for (i = 1; i <= n; i++)
        out = out (i > 1 ? " " : "") "`" part[i] "`"
    return out
}
function is_named(type,  r) {
    for (r = 1; r <= rows; r++)
        if (kind[r] == "named" && at[r, 1] == type)
            return 1
    return 0
}
function message_types(channel,  r) {
    print ""
    print "| Type | Sent when | Page of the link | Further variables |"
    print "|---|---|---|---|"
    for (r = 1; r <= rows; r++)
        if (kind[r] == "message" && at[r, 1] == channel)
            printf "| `%s` | %s%s | %s | %s |\n", at[r, 2], at[r, 3], is_named(at[r, 2]) ? "" : " *(not sent yet)*", \
                at[r, 4] == "" ? "" : "`" at[r, 4] "`", codes(at[r, 5])
    print ""
}
function variables(  r, common) {
    for (r = 1; r <= rows; r++)
        if (kind[r] == "message_common")
            common = at[r, 1]
    print ""
    print "Every type has " codes(common) "."
    print ""
    print "| Variable | Stands for | Example | Also written |"
    print "|---|---|---|---|"
    for (r = 1; r <= rows; r++)
        if (kind[r] == "variable")
            printf "| `%s` | %s | %s | %s |\n", at[r, 1], at[r, 2], at[r, 4], codes(at[r, 3])
    print ""
}
function message_texts(channel,  r, i) {
    for (r = 1; r <= rows; r++) {
        if (kind[r] != "message" || at[r, 1] != channel)
            continue
        print ""
        print "### " at[r, 2] (channel == "sms" ? " (SMS)" : "")
        print ""
        print "```"
        for (i = r + 1; i <= rows && kind[i] ~ /^message_/; i++)
            if (kind[i] == "message_line")
                print at[i, 2]
            else if (at[i, 2] != "")
                print "Subject: " at[i, 2] "\n"
        print "```"
    }
    print ""
}
# A screen that the tests compare with, without the part that tells its colours.
function screen(path,  line, n) {
    print "```"
    while ((getline line < path) > 0 && line !~ /^-- roles/) {
        print line
        n++
    }
    close(path)
    print "```"
    if (!n) {
        print "sections.awk: there is no screen " path > "/dev/stderr"
        failed = 1
    }
}
