# SPDX-License-Identifier: MIT
# Puts a planted bug into the one source file that it fits.  Line numbers, file names and blanks do not matter.  Therefore a bug
# still fits after other code has moved or has other names.  usage: awk -v into=DIR -f plant.awk BUG SOURCE...
# Writes DIR/FILE and prints FILE.  Ends with 1 and prints the reason when the bug fits at no place or at more than one.
#
# A bug is a list of edits.  Each follows a line "in: NAME", which names the function or table that it changes.  As in a diff, "-"
# marks a line to delete, " " a line to keep, "+" a new line.

function plain(text) { # blanks do not count
	gsub(/[ \t]+/, " ", text)
	sub(/^ /, "", text)
	sub(/ $/, "", text)
	return text
}

FNR == 1 { if (NR > 1 && FILENAME != file) scan(); file = FILENAME; count = 0 }
NR == FNR && sub(/^in: */, "") { edits++; name[edits] = $0; next }
NR == FNR && edits && /^[-+ ]/ { steps[edits]++; sign[edits, steps[edits]] = substr($0, 1, 1); text[edits, steps[edits]] = substr($0, 2); next }
NR == FNR { next }
{ line[++count] = $0 }
END { if (count) scan(); finish() }

# Are the old lines of edit e at line at?  Returns the line after them, 0 when they are not there.
function fits(e, at,    s) {
	for (s = 1; s <= steps[e]; s++)
		if (sign[e, s] != "+" && plain(line[at++]) != plain(text[e, s]))
			return 0
	return at
}

# Is l the first line of the definition of n?  Such a line is not indented, has the name, and does not end with ";".
function opens(l, n) {
	return l ~ /^[a-z}]/ && l !~ /;[ \t]*$/ && l ~ ("(^|[^A-Za-z0-9_])" n "([^A-Za-z0-9_]|$)")
}

function scan(    i, e, inside) {
	for (e = 1; e <= edits; e++) {
		inside = 0
		for (i = 1; i <= count; i++) {
			if (opens(line[i], name[e]))
				inside = 1
			else if (line[i] ~ /^}/)
				inside = 0
			if (inside && fits(e, i)) {
				places[e]++
				where[e] = i
				home[e] = file
				for (k = 1; k <= count; k++)
					kept[file, k] = line[k]
				length_of[file] = count
			}
		}
	}
}

function finish(    e, i, s, out, next_line) {
	if (!edits) { print "no \"in: NAME\" in it"; exit 1 }
	for (e = 1; e <= edits; e++) {
		if (places[e] != 1) { print "no longer fits: " (places[e] + 0) " places for edit " e ", in " name[e]; exit 1 }
		if (home[e] != home[1]) { print "touches two files: " home[1] " and " home[e]; exit 1 }
		edit_at[where[e]] = e
	}
	out = into "/" home[1]
	for (i = 1; i <= length_of[home[1]]; i = next_line) {
		next_line = i + 1
		e = edit_at[i]
		if (!e) { print kept[home[1], i] >out; continue }
		next_line = i
		for (s = 1; s <= steps[e]; s++) {
			if (sign[e, s] != "-")
				print (sign[e, s] == "+" ? text[e, s] : kept[home[1], next_line]) >out
			if (sign[e, s] != "+")
				next_line++
		}
	}
	print home[1]
}
