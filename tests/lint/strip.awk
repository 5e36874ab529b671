# Blanks comments, strings and character constants of C text, keeping the line numbers. With -v keep=comments only
# strings and constants go.
{
    line = $0
    out = ""
    n = length(line)
    i = 1
    while (i <= n) {
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (in_comment) {
            if (keep == "comments")
                out = out c
            if (two == "*/") {
                in_comment = 0
                i++
            }
        } else if (two == "/*") {
            in_comment = 1
            out = out " "
            i++
        } else if (two == "//") {
            break
        } else if (c == "\"" || c == "'") {
            quote = c
            out = out quote
            for (i++; i <= n; i++) {
                c = substr(line, i, 1)
                if (c == "\\")
                    i++
                else if (c == quote)
                    break
            }
            out = out quote
        } else {
            out = out c
        }
        i++
    }
    print out
}
