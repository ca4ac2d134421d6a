/*
 * Any bytes as the body of every operation that takes one. What is refused has
 * a reason in valid UTF-8; what is taken has the members that the operation
 * needs, each fit, and can be written and read again.
 */
#include "chime/route.h"
#include "chimed/args.h"
#include "util/json.h"
#include "util/utf8.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void check_members(
	const struct chime_operation *operation, const struct args *args)
{
	struct err err;
	uint8_t digest[SHA256_BYTES];

	for (size_t i = 0; i < operation->member_count; i++) {
		const struct chime_member *member = &operation->members[i];

		if (member->where == CHIME_IN_BODY)
			must(chime_member_check(member,
				     json_object_get(
					     args->values, member->name),
				     &err) == 0);
	}
	args_digest(args, NULL, digest);
	json_t AUTOJSON *again = json_deep_copy(args->values);

	must(json_equal(again, args->values));
}

static void try(enum chime_op op, const char *body, size_t len)
{
	static const char arn[] = "arn:aws:chime:r:1:app-instance/a";
	static struct chime_route route;
	struct args AUTOARGS args = {NULL};
	struct err err = {.code = 0};

	route.operation = chime_operation(op);
	route.value_count = CHIME_PATH_VALUES;
	for (size_t i = 0; i < CHIME_PATH_VALUES; i++)
		memcpy(route.values[i], arn, sizeof(arn));
	int rc = args_collect(
		&(struct args_source){
			.route = &route,
			.query = {NULL, 0},
			.body = body,
			.body_len = len,
		},
		&args, &err);

	must(rc == 0 || rc == -EINVAL);
	if (rc == 0)
		check_members(route.operation, &args);
	else
		must(*err.text != '\0' &&
			utf8_is_valid(err.text, strlen(err.text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int op = 0; op < CHIME_OP_COUNT; op++)
		try((enum chime_op)op, (const char *)data, size);
	return 0;
}
