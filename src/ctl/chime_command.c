#include "ctl/chime_command.h"

#include "util/alloc.h"
#include "util/json.h"
#include "util/str.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 64 };

/* What the aws command line asks for and nobody wants to type. */
static const struct preset {
	enum chime_op op;
	const char *member;
	const char *value;
} presets[] = {
	{CHIME_SEND_CHANNEL_MESSAGE, "Type", "STANDARD"},
	{CHIME_SEND_CHANNEL_MESSAGE, "Persistence", "PERSISTENT"},
};

/* The kebab-case name nearest to `word`; owned, or NULL. */
static char *nearest(const char *word, const char *const *names, size_t count)
{
	char kebab[NAMES_MAX][CHIME_KEBAB_BYTES];
	const char *list[NAMES_MAX + 1] = {NULL};

	for (size_t i = 0; i < count && i < NAMES_MAX; i++) {
		chime_kebab(names[i], kebab[i]);
		list[i] = kebab[i];
	}
	return xstrdup_null(str_nearest(word, list));
}

static int unknown_operation(const char *word, struct err *err)
{
	const char *names[CHIME_OP_COUNT];
	char AUTOFREE *near = NULL;

	for (enum chime_op op = 0; op < CHIME_OP_COUNT; op++)
		names[op] = chime_operation(op)->name;
	near = nearest(word, names, CHIME_OP_COUNT);
	return err_set(err, -EINVAL, "no such operation: %s; %s%s%s", word,
		near ? "did you mean " : "see belfryctl chime help",
		near ? near : "", near ? "?" : "");
}

static int unknown_member(const struct chime_operation *operation,
	const char *word, struct err *err)
{
	const char *names[NAMES_MAX];
	size_t count = 0;
	char AUTOFREE *near = NULL;

	for (; count < operation->member_count && count < NAMES_MAX; count++)
		names[count] = operation->members[count].name;
	near = nearest(word, names, count);
	return err_set(err, -EINVAL, "%s has no member --%s%s%s%s",
		operation->name, word, near ? "; did you mean --" : "",
		near ? near : "", near ? "?" : "");
}

/* Of the keys of a body, which are written as the service does. */
static int unknown_key(const struct chime_operation *operation, const char *key,
	struct err *err)
{
	const char *names[NAMES_MAX + 1] = {NULL};
	const char *near;

	for (size_t i = 0; i < operation->member_count && i < NAMES_MAX; i++)
		names[i] = operation->members[i].name;
	near = str_nearest(key, names);
	return err_set(err, -EINVAL, "--json: %s has no member %s%s%s%s",
		operation->name, key, near ? "; did you mean " : "",
		near ? near : "", near ? "?" : "");
}

/* Values. */

static json_t *string_value(const char *text, struct err *err)
{
	json_t *value = json_string(text);

	if (!value)
		err_set(err, -EINVAL, "is not valid UTF-8");
	return value;
}

static json_t *integer_value(const char *text, struct err *err)
{
	int64_t number;

	if (parse_i64(text, INT64_MIN, INT64_MAX, &number) < 0) {
		err_set(err, -EINVAL, "must be a whole number, not %s", text);
		return NULL;
	}
	return json_integer(number);
}

/* Seconds since 1970, else ISO 8601 as it is. */
static json_t *timestamp_value(const char *text, struct err *err)
{
	char *end;
	double seconds = strtod(text, &end);

	if (*text && !*end && isfinite(seconds))
		return json_real(seconds);
	return string_value(text, err);
}

static json_t *json_value(const char *text, struct err *err)
{
	json_t *value = json_parse_repaired(text, strlen(text), err);

	if (!value)
		err->code = -EINVAL;
	return value;
}

/* A list in JSON, or one ARN. */
static json_t *arns_value(const char *text, struct err *err)
{
	json_t *arn;

	if (text[0] == '[')
		return json_value(text, err);
	arn = string_value(text, err);
	return arn ? json_pack("[o]", arn) : NULL;
}

typedef json_t *value_fn(const char *text, struct err *err);
static value_fn *const value_types[] = {
	[CHIME_STRING] = string_value,
	[CHIME_INTEGER] = integer_value,
	[CHIME_TIMESTAMP] = timestamp_value,
	[CHIME_TAGS] = json_value,
	[CHIME_ARNS] = arns_value,
};

/* An option that is repeated adds to its list. */
static void extend(json_t *members, const char *name, json_t *list)
{
	json_t *before = json_object_get(members, name);

	if (json_is_array(before))
		json_array_extend(before, list);
	else
		json_object_set(members, name, list);
}

static int add_member(const struct chime_command *command, const char *name,
	const char *text, struct err *err)
{
	const struct chime_member *member =
		chime_member(command->operation, name);
	json_t *value;

	if (!member)
		return unknown_member(command->operation, name, err);
	value = value_types[member->type](text, err);
	if (!value)
		return err_prefix(err, "--%s", name);
	if (member->type == CHIME_ARNS && json_is_array(value))
		extend(command->members, member->name, value);
	else
		json_object_set(command->members, member->name, value);
	json_decref(value);
	return 0;
}

/* What single members have set wins. */
static int add_body(
	const struct chime_command *command, const char *text, struct err *err)
{
	json_t AUTOJSON *body = json_parse_repaired(text, strlen(text), err);

	if (!body)
		return err_prefix(err, "--json");
	if (!json_is_object(body))
		return err_set(err, -EINVAL, "--json: must be an object");
	json_object_update_missing(command->members, body);
	return 0;
}

/* Words behind a list's first value belong to it, as with aws. */
static int take_more(const struct chime_command *command, const char *name,
	char ***words, struct err *err)
{
	const struct chime_member *member =
		chime_member(command->operation, name);
	int error = 0;

	if (!member || member->type != CHIME_ARNS)
		return 0;
	while (!error && **words && (**words)[0] != '-')
		error = add_member(command, name, *(*words)++, err);
	return error;
}

static int take_word(struct chime_command *command, char ***words,
	const char **body, struct err *err)
{
	const char *word = options_name(**words);
	const char *value;
	char AUTOFREE *name = NULL;

	if (!word)
		return err_set(err, -EINVAL, "not expected: %s", **words);
	if (str_eq(word, "all")) {
		command->all = true;
		(*words)++;
		return 0;
	}
	name = xstrndup(word, strcspn(word, "="));
	value = options_value(words, err);
	if (!value)
		return err->code;
	if (!str_eq(name, "json")) {
		if (add_member(command, name, value, err) < 0)
			return err->code;
		return take_more(command, name, words, err);
	}
	*body = value;
	return 0;
}

static int parse_members(struct chime_command *command, struct args *args,
	char **words, struct err *err)
{
	const char *body = NULL;

	while (*words) {
		if (args_take(args, &words, err)) {
			if (err->code)
				return err->code;
		} else if (take_word(command, &words, &body, err) < 0)
			return err->code;
	}
	if (body && add_body(command, body, err) < 0)
		return err->code;
	if (command->all && !command->operation->list)
		return err_set(err, -EINVAL, "--all: %s lists nothing",
			command->operation->name);
	return 0;
}

int chime_command_parse(struct args *args, char **words,
	struct chime_command *ret, struct err *err)
{
	struct chime_command command = {.all = false};

	err_clear(err);
	if (!*words)
		return err_set(err, -EINVAL,
			"which operation? See belfryctl chime help");
	command.operation = chime_operation_by_name(*words);
	if (!command.operation)
		return unknown_operation(*words, err);
	command.members = json_object();
	if (parse_members(&command, args, words + 1, err) < 0) {
		chime_command_release(&command);
		return err->code;
	}
	*ret = command;
	return 0;
}

void chime_command_release(struct chime_command *command)
{
	json_decref(command->members);
	command->members = NULL;
}

/* Completion. */

const char *chime_command_preset(const struct chime_operation *operation,
	const struct chime_member *member)
{
	for (size_t i = 0; i < ARRAY_LEN(presets); i++)
		if (presets[i].op == operation->op &&
			str_eq(presets[i].member, member->name))
			return presets[i].value;
	return NULL;
}

static void add_presets(const struct chime_command *command)
{
	const struct chime_operation *operation = command->operation;

	for (size_t i = 0; i < operation->member_count; i++) {
		const char *name = operation->members[i].name;

		if (!json_object_get(command->members, name))
			json_set_string(command->members, name,
				chime_command_preset(
					operation, &operation->members[i]));
	}
}

static int check_unknown(const struct chime_command *command, struct err *err)
{
	const char *key;
	json_t *value;

	json_object_foreach (command->members, key, value)
		if (!chime_member(command->operation, key))
			return unknown_key(command->operation, key, err);
	return 0;
}

/* A token that is left out is made by the client. */
static bool is_made(
	const struct chime_command *command, const struct chime_member *member)
{
	return str_eq(command->operation->token, member->name) &&
	       !json_object_get(command->members, member->name);
}

int chime_command_complete(
	struct chime_command *command, const char *bearer, struct err *err)
{
	const struct chime_operation *operation = command->operation;
	static const char bearer_name[] = "ChimeBearer";

	if (operation->bearer &&
		!json_object_get(command->members, bearer_name)) {
		if (!bearer)
			return err_set(err, -EINVAL,
				"%s needs --bearer ARN: on whose behalf?",
				operation->name);
		json_set_string(command->members, bearer_name, bearer);
	}
	add_presets(command);
	if (check_unknown(command, err) < 0)
		return err->code;
	for (size_t i = 0; i < operation->member_count; i++) {
		const struct chime_member *member = &operation->members[i];

		if (!is_made(command, member) &&
			chime_member_check(member,
				json_object_get(command->members, member->name),
				err) < 0)
			return err->code;
	}
	return 0;
}
