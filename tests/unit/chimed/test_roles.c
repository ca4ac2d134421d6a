#include "chimed/roles.h"

#include "util/attr.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

/*
 * The published matrix once more, in words: y yes, n no, o on oneself, p on
 * public channels, u in unrestricted ones, j joining a public unrestricted
 * one. Columns: admin, moderator, member, hidden member, non-member.
 */
static const struct {
	enum chime_op op;
	const char *cells;
} matrix[] = {
	{CHIME_CREATE_APP_INSTANCE, "yyyyy"},
	{CHIME_CREATE_APP_INSTANCE_USER, "yyyyy"},
	{CHIME_CREATE_CHANNEL, "yyyyy"},
	{CHIME_CREATE_CHANNEL_BAN, "yynnn"},
	{CHIME_CREATE_CHANNEL_MEMBERSHIP, "yyujj"},
	{CHIME_CREATE_CHANNEL_MODERATOR, "yynnn"},
	{CHIME_DELETE_CHANNEL, "yynnn"},
	{CHIME_DELETE_CHANNEL_BAN, "yynnn"},
	{CHIME_DELETE_CHANNEL_MEMBERSHIP, "yyoon"},
	{CHIME_DELETE_CHANNEL_MESSAGE, "ynnnn"},
	{CHIME_DELETE_CHANNEL_MODERATOR, "yynnn"},
	{CHIME_DESCRIBE_CHANNEL, "yyyyp"},
	{CHIME_DESCRIBE_CHANNEL_BAN, "yynnn"},
	{CHIME_DESCRIBE_CHANNEL_MEMBERSHIP, "yyyyp"},
	{CHIME_DESCRIBE_CHANNEL_MEMBERSHIP_FOR_USER, "yoooo"},
	{CHIME_DESCRIBE_CHANNEL_MODERATED_BY_USER, "yoooo"},
	{CHIME_DESCRIBE_CHANNEL_MODERATOR, "yynnn"},
	{CHIME_GET_CHANNEL_MESSAGE, "yyyyp"},
	{CHIME_LIST_CHANNEL_BANS, "yynnn"},
	{CHIME_LIST_CHANNEL_MEMBERSHIPS, "yyyyp"},
	{CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER, "yoooo"},
	{CHIME_LIST_CHANNEL_MESSAGES, "yyyyp"},
	{CHIME_LIST_CHANNEL_MODERATORS, "yynnn"},
	{CHIME_LIST_CHANNELS, "yyyyy"},
	{CHIME_LIST_CHANNELS_MODERATED_BY_USER, "yoooo"},
	{CHIME_REDACT_CHANNEL_MESSAGE, "yynnn"},
	{CHIME_SEND_CHANNEL_MESSAGE, "nnynn"},
	{CHIME_UPDATE_CHANNEL, "yynnn"},
	{CHIME_UPDATE_CHANNEL_MESSAGE, "ooonn"},
	{CHIME_UPDATE_CHANNEL_READ_MARKER, "nnyyn"},
	{CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP, "yyunn"},
	{CHIME_CREATE_APP_INSTANCE_ADMIN, "yyyyy"},
	{CHIME_DELETE_APP_INSTANCE, "yyyyy"},
	{CHIME_DELETE_APP_INSTANCE_ADMIN, "yyyyy"},
	{CHIME_DELETE_APP_INSTANCE_USER, "yyyyy"},
	{CHIME_DESCRIBE_APP_INSTANCE, "yyyyy"},
	{CHIME_DESCRIBE_APP_INSTANCE_ADMIN, "yyyyy"},
	{CHIME_DESCRIBE_APP_INSTANCE_USER, "yyyyy"},
	{CHIME_LIST_APP_INSTANCE_ADMINS, "yyyyy"},
	{CHIME_LIST_APP_INSTANCE_USERS, "yyyyy"},
	{CHIME_LIST_APP_INSTANCES, "yyyyy"},
	{CHIME_UPDATE_APP_INSTANCE, "yyyyy"},
	{CHIME_UPDATE_APP_INSTANCE_USER, "yyyyy"},
};

static const unsigned columns[] = {1u << ROLE_ADMIN, 1u << ROLE_MODERATOR,
	1u << ROLE_MEMBER, 1u << ROLE_HIDDEN, 0};

static bool expected(char cell, const struct roles *roles)
{
	switch (cell) {
	case 'y':
		return true;
	case 'o':
		return roles->self;
	case 'p':
		return roles->public;
	case 'u':
		return roles->unrestricted;
	case 'j':
		return roles->self && roles->public && roles->unrestricted;
	default:
		return false;
	}
}

static void check_cell(enum chime_op op, size_t column, char cell)
{
	for (unsigned bits = 0; bits < 8; bits++) {
		struct roles roles = {
			.held = 1u << ROLE_USER | columns[column],
			.self = (bits & 1) != 0,
			.public = (bits & 2) != 0,
			.unrestricted = (bits & 4) != 0,
		};
		bool want = expected(cell, &roles);

		/* Whoever joins by right of everyone needs no other. */
		if (op == CHIME_CREATE_CHANNEL_MEMBERSHIP)
			want = want || expected('j', &roles);
		if (roles_allow(op, &roles) != want)
			fail_msg("%s, column %zu, bits %u",
				chime_operation(op)->name, column, bits);
	}
}

static void test_matrix(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_LEN(matrix), CHIME_OP_COUNT);
	for (size_t row = 0; row < ARRAY_LEN(matrix); row++) {
		assert_int_equal(matrix[row].op, row);
		for (size_t column = 0; column < ARRAY_LEN(columns); column++)
			check_cell(matrix[row].op, column,
				matrix[row].cells[column]);
	}
}

static void test_one_role_is_enough(void **state)
{
	struct roles roles = {.held = 1u << ROLE_ADMIN | 1u << ROLE_MEMBER};

	(void)state;
	assert_true(roles_allow(CHIME_SEND_CHANNEL_MESSAGE, &roles));
	assert_true(roles_allow(CHIME_DELETE_CHANNEL_MESSAGE, &roles));
	assert_true(roles_has(&roles, ROLE_MEMBER));
	assert_false(roles_has(&roles, ROLE_HIDDEN));
	/* A moderator with a hidden membership may not send either. */
	roles.held = 1u << ROLE_MODERATOR | 1u << ROLE_HIDDEN;
	assert_false(roles_allow(CHIME_SEND_CHANNEL_MESSAGE, &roles));
	roles.held = 0;
	assert_false(roles_allow(CHIME_CREATE_CHANNEL, &roles));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_one_role_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
