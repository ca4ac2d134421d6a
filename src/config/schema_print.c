#include "config/schema_print.h"

#include "config/schema_value.h"
#include "util/str.h"

#include <inttypes.h>
#include <string.h>

enum { COLUMNS = 78, TAB = 8, WORDS_BYTES = 4096 };

/* The example file. */

struct example {
	FILE *out;
	unsigned depth;
	bool commented; /* a group that is not set: all of it is a comment */
};

static void example_indent(const struct example *example)
{
	for (unsigned i = 0; i < example->depth; i++)
		fputc('\t', example->out);
	if (example->commented)
		fputs("# ", example->out);
}

static void example_comment(const struct example *example, const char *text)
{
	size_t room = COLUMNS - TAB * example->depth - 2;
	struct span rest = span_of(text);

	while (rest.len > 0) {
		size_t n = rest.len;

		if (n > room)
			for (n = room; n > 0 && rest.p[n] != ' '; n--)
				;
		for (unsigned i = 0; i < example->depth; i++)
			fputc('\t', example->out);
		fprintf(example->out, "# %.*s\n", (int)n, rest.p);
		rest.p += n;
		rest.len -= n;
		rest = span_trim(rest);
	}
}

static bool is_quoted(const struct schema_row *row)
{
	return schema_is_string(row->type) || row->type == SCHEMA_CHOICE;
}

static const char *default_word(const struct schema_row *row)
{
	if (row->fallback)
		return row->fallback;
	return row->type == SCHEMA_BOOL ? "false" : NULL;
}

/* An optional string without a default: there is nothing to tell. */
static bool is_said_by_name(const struct schema_row *row)
{
	return (row->type == SCHEMA_STRING || row->type == SCHEMA_PATH) &&
	       !row->required && !row->fallback && !row->reloadable;
}

/* What may be written, its unit, its default, as sentences. */
static void add_facts(const struct schema_row *row, struct buf *out)
{
	struct buf AUTOBUF what;
	const char *fallback = default_word(row);
	const char *quote = is_quoted(row) ? "\"" : "";

	buf_init(&what, WORDS_BYTES);
	if (is_said_by_name(row))
		return;
	schema_describe(row, &what);
	buf_addf(out, " %c%s", ascii_upper(what.data[0]), what.data + 1);
	if (row->unit)
		buf_addf(out, " (%s)", row->unit);
	if (row->required && !row->bare)
		buf_adds(out, "; required");
	else if (fallback)
		buf_addf(out, "; default %s%s%s", quote, fallback, quote);
	buf_adds(out, row->reloadable ? "; applied by a reload." : ".");
	if (row->type == SCHEMA_SECRET)
		buf_addf(out, " Or %s_file: a file whose first line it is.",
			row->name);
}

static void example_value(
	const struct example *example, const struct schema_row *row)
{
	const char *quote = is_quoted(row) ? "\"" : "";
	const char *value = row->example ? row->example : default_word(row);
	bool set = row->required || row->example;

	example_indent(example);
	if (!example->commented && !set)
		fputs("# ", example->out);
	if (row->type == SCHEMA_STRINGS)
		quote = "";
	fprintf(example->out, "%s%s = %s%s%s;\n", row->name,
		row->type == SCHEMA_SECRET ? "_file" : "", quote,
		value ? value : "…", quote);
}

static void example_rows(
	const struct example *example, const struct schema_row *rows);

static void example_help(
	const struct example *example, const struct schema_row *row)
{
	struct buf AUTOBUF text;

	buf_init(&text, WORDS_BYTES);
	buf_adds(&text, row->help);
	if (row->type != SCHEMA_GROUP && row->type != SCHEMA_LIST)
		add_facts(row, &text);
	example_comment(example, text.data);
}

static void example_line(const struct example *example, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

static void example_line(const struct example *example, const char *fmt, ...)
{
	va_list ap;

	example_indent(example);
	va_start(ap, fmt);
	vfprintf(example->out, fmt, ap);
	va_end(ap);
	fputc('\n', example->out);
}

static void example_group(
	const struct example *example, const struct schema_row *row)
{
	const struct schema_row *bare = schema_bare_row(row->rows);
	struct example inner = *example;

	if (bare) {
		example_line(example, "%s = \"%s\";", row->name, row->example);
		example_comment(example, "or");
	}
	inner.commented = example->commented || bare || !row->required;
	example_line(&inner, "%s = {", row->name);
	inner.depth++;
	example_rows(&inner, row->rows);
	inner.depth--;
	example_line(&inner, "};");
}

static void example_list(
	const struct example *example, const struct schema_row *row)
{
	struct example inner = *example;

	example_line(example, "%s = (", row->name);
	inner.depth++;
	example_line(&inner, "{");
	inner.depth++;
	example_rows(&inner, row->rows);
	inner.depth--;
	example_line(&inner, "}");
	example_line(example, ");");
}

static void example_rows(
	const struct example *example, const struct schema_row *rows)
{
	bool begun = false;

	for (; rows->name; rows++) {
		if (rows->bare)
			continue;
		if (begun)
			fputc('\n', example->out);
		begun = true;
		example_help(example, rows);
		if (rows->type == SCHEMA_GROUP)
			example_group(example, rows);
		else if (rows->type == SCHEMA_LIST)
			example_list(example, rows);
		else
			example_value(example, rows);
	}
}

void schema_print_example(const struct schema_row *rows, FILE *out)
{
	struct example example = {.out = out};

	example_rows(&example, rows);
}

/* The manual. */

/* A dot or quote at the start of a line is a request of mdoc. */
static void manual_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", out);
		else if (text[0] == '-' && text[1] >= '0' && text[1] <= '9')
			fputs("\\-", out);
		/* New sentence, new line. */
		else if (text[0] == ' ' && text[-1] == '.')
			fputc('\n', out);
		else
			fputc(*text, out);
	}
	fputc('\n', out);
}

static void manual_rows(
	const struct schema_row *rows, const char *path, FILE *out);

static void manual_row(
	const struct schema_row *row, const char *path, FILE *out)
{
	struct buf AUTOBUF text;
	struct buf AUTOBUF name;

	buf_init(&text, WORDS_BYTES);
	buf_init(&name, WORDS_BYTES);
	buf_addf(&name, "%s%s%s", path, path[0] && !row->bare ? "." : "",
		row->bare ? "" : row->name);
	buf_adds(&text, row->help);
	if (row->type == SCHEMA_LIST)
		buf_adds(&name, "[]");
	if (!row->rows)
		add_facts(row, &text);
	fprintf(out, ".It Ic %s%s\n", name.data,
		row->bare ? " No as a string" : "");
	manual_text(text.data, out);
	if (row->rows)
		manual_rows(row->rows, name.data, out);
}

static void manual_rows(
	const struct schema_row *rows, const char *path, FILE *out)
{
	for (; rows->name; rows++)
		manual_row(rows, path, out);
}

void schema_print_manual(const struct schema_row *rows, FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	manual_rows(rows, "", out);
	fputs(".El\n", out);
}
