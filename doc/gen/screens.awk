# Writes the page of screens: tables, kinds of panes and screens in, Markdown out. See screens.sh.

BEGIN { FS = "\t" }
$1 == "pane" || $1 == "inner" {
    id[++panes] = $2
    title[$2] = $1 == "pane" ? $4 : $3
    wanted[$2] = $1 == "pane" ? $5 : $4
}
$1 == "kind" { kind[++kinds] = $2 }
# Of several screens of a pane the plain one is shown: it is called after the pane, or ends in -rows or -detail.
$1 == "golden" {
    name = $2
    sub(/^.*\//, "", name)
    sub(/-80x24.txt$/, "", name)
    plain = name ~ /-(rows|detail)$/ || $3 ~ (" of " name "$")
    if (!($3 in file) || plain && !is_plain[$3]) {
        file[$3] = $2
        is_plain[$3] = plain
    }
}
END {
    head()
    for (i = 1; i <= panes; i++) {
        print "\n## " title[id[i]]
        for (k = split(wanted[id[i]], parts, " "); k > 0; k--)
            show(parts[k] == "list" ? "The list" : "One of them", parts[k] " of " id[i])
    }
    print "\n## Other panes"
    for (i = 1; i <= kinds; i++)
        if (kind[i] != "list" && kind[i] != "details")
            show(toupper(substr(kind[i], 1, 1)) substr(kind[i], 2), kind[i])
    exit failed
}

function head() {
    print "<!-- Made by `make doc` from tests/golden; not to be edited. -->"
    print "# Screens"
    print "\nEvery pane, as the tests compare it, at 80 columns by 24 rows; the smallest size and a large one are compared too."
    print "On light and on dark backgrounds the text is the same, so it stands here once. What has which colour is in the map"
    print "behind each screen: a letter for each cell that is more than ordinary text."
    print "\n## Colours, dark and light"
    print "\nThe letters of the maps, what the themes `dark` and `light` make of them (numbers are those of the 256 colours), and"
    print "how much the text stands out from its background, 21 being black on white. `:theme` changes it, and `NO_COLOR`, or a"
    print "terminal without colours, leaves bold, underlined and reversed text."
    print "\n```"
    print "   role               dark                                light"
    copy("tests/golden/colours.txt", "")
    print "```"
}
function show(heading, which) {
    if (!(which in file)) {
        print "screens.awk: no screen in tests/golden shows the pane \"" which "\"; give it a scene in" \
            " tests/unit/ui/test_golden*.c, then make golden-update doc" > "/dev/stderr"
        failed = 1
        return
    }
    print "\n### " heading
    print "\n```"
    copy(file[which], "^-- roles")
    print "```"
    print "\n<details><summary>Colours</summary>\n"
    print "```"
    roles(file[which])
    print "```"
    print "\n</details>"
}
function copy(path, until,  line) {
    while ((getline line < path) > 0 && (until == "" || line !~ until))
        print line
    close(path)
}
function roles(path,  line, on) {
    while ((getline line < path) > 0 && line !~ /^-- pane/) {
        if (on)
            print line
        on = on || line ~ /^-- roles/
    }
    close(path)
}
