#include "ctl/chime_help.h"

#include "ctl/chime_command.h"
#include "util/buf.h"
#include "util/str.h"

void chime_help_list(FILE *out)
{
	char name[CHIME_KEBAB_BYTES];

	fputs("Operations of Amazon Chime SDK messaging; "
	      "belfryctl chime help OPERATION tells more.\n\n",
		out);
	for (enum chime_op op = 0; op < CHIME_OP_COUNT; op++) {
		chime_kebab(chime_operation(op)->name, name);
		fprintf(out, "  %s\n", name);
	}
}

static void print_length(const struct chime_member *member, FILE *out)
{
	const char *unit = member->type == CHIME_STRING ? " characters"
			   : member->type == CHIME_TAGS ? " tags"
			   : member->type == CHIME_ARNS ? " ARNs"
							: "";

	if (member->max && member->min)
		fprintf(out, ", %u to %u%s", member->min, member->max, unit);
	else if (member->max)
		fprintf(out, ", at most %u%s", member->max, unit);
	if (member->max_bytes)
		fprintf(out, ", at most %u bytes", member->max_bytes);
}

static void print_words(const struct chime_member *member, FILE *out)
{
	for (size_t i = 0; member->values && member->values[i]; i++)
		fprintf(out, "%s%s", i ? "|" : ", ", member->values[i]);
}

static const char *const patterns[] = {
	[CHIME_ANY] = "",
	[CHIME_ONE_LINE] = ", one line",
	[CHIME_ARN] = "",
	[CHIME_ID] = ", of A-Z a-z 0-9 - _",
	[CHIME_NAME] = ", no control characters or emoji",
	[CHIME_NOT_BLANK] = ", one line, not blank",
	[CHIME_USER_ID] = ", 5 or more of A-Z a-z 0-9 : - _ . @",
};

/* Must it be given, and what else is taken? */
static void add_need(const struct chime_operation *operation,
	const struct chime_member *member, struct buf *out)
{
	const char *preset = chime_command_preset(operation, member);

	if (preset)
		buf_addf(out, "else %s, ", preset);
	else if (str_eq(operation->token, member->name))
		buf_adds(out, "made when left out, ");
	else if (str_eq(member->name, "ChimeBearer"))
		buf_adds(out, "else --bearer, ");
	else if (member->required)
		buf_adds(out, "required, ");
}

static void print_member(const struct chime_operation *operation,
	const struct chime_member *member, FILE *out)
{
	static const char *const types[] = {
		[CHIME_STRING] = "text",
		[CHIME_INTEGER] = "number",
		[CHIME_TIMESTAMP] = "time",
		[CHIME_TAGS] = "list of {\"Key\", \"Value\"}",
		[CHIME_ARNS] = "ARN ..., or a list in JSON",
	};
	char name[CHIME_KEBAB_BYTES];
	struct buf AUTOBUF need;

	buf_init(&need, 256);
	add_need(operation, member, &need);
	chime_kebab(member->name, name);
	fprintf(out, "  --%-28s %s%s", name, need.data,
		member->pattern == CHIME_ARN ? "ARN" : types[member->type]);
	if (member->pattern != CHIME_ARN)
		print_length(member, out);
	print_words(member, out);
	if (member->type == CHIME_STRING && !member->values)
		fputs(patterns[member->pattern], out);
	fputc('\n', out);
}

void chime_help_operation(const struct chime_operation *operation, FILE *out)
{
	char name[CHIME_KEBAB_BYTES];

	chime_kebab(operation->name, name);
	fprintf(out, "belfryctl chime %s   (%s %s%s%s%s%s)\n\n", name,
		operation->method, operation->path,
		operation->fixed_name ? "?" : "",
		str_or_empty(operation->fixed_name),
		operation->fixed_name ? "=" : "",
		str_or_empty(operation->fixed_value));
	for (size_t i = 0; i < operation->member_count; i++)
		print_member(operation, &operation->members[i], out);
	fputs("  --json BODY                    members as a JSON object\n",
		out);
	if (operation->list)
		fprintf(out,
			"  --all                          every page of %s\n",
			operation->list);
}
