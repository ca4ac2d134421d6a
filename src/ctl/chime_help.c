#include "ctl/chime_help.h"

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

static void print_member(const struct chime_operation *operation,
	const struct chime_member *member, FILE *out)
{
	static const char *const types[] = {
		[CHIME_STRING] = "text",
		[CHIME_INTEGER] = "number",
		[CHIME_TIMESTAMP] = "time",
		[CHIME_TAGS] = "list of {\"Key\", \"Value\"}",
		[CHIME_ARNS] = "list of ARNs",
	};
	char name[CHIME_KEBAB_BYTES];
	const char *need = member->required ? "required, " : "";

	if (str_eq(operation->token, member->name))
		need = "made when left out, ";
	else if (str_eq(member->name, "ChimeBearer"))
		need = "else --bearer, ";
	chime_kebab(member->name, name);
	fprintf(out, "  --%-28s %s%s", name, need,
		member->pattern == CHIME_ARN ? "ARN" : types[member->type]);
	if (member->pattern != CHIME_ARN)
		print_length(member, out);
	print_words(member, out);
	fputc('\n', out);
}

void chime_help_operation(const struct chime_operation *operation, FILE *out)
{
	char name[CHIME_KEBAB_BYTES];

	chime_kebab(operation->name, name);
	fprintf(out, "belfryctl chime %s   (%s %s)\n\n", name,
		operation->method, operation->path);
	for (size_t i = 0; i < operation->member_count; i++)
		print_member(operation, &operation->members[i], out);
	fputs("  --json BODY                    members as a JSON object\n",
		out);
	if (operation->list)
		fprintf(out,
			"  --all                          every page of %s\n",
			operation->list);
}
