#include "chimed/quotas.h"

/* Ends after ?2 rows: the number that is asked for is "this many, or more". */
#define UP_TO_LIMIT(rows) "SELECT count(*) FROM (" rows " LIMIT ?2)"

static const struct {
	const char *name;
	/* Never less than the number, and quick; NULL: none. The count goes
	 * through as many rows as the quota allows, which may be millions. */
	const char *bound;
	const char *count;
} quotas[QUOTA_COUNT] = {
	[QUOTA_APP_INSTANCES] = {"app instances of the account",
		"SELECT max(id) FROM app_instances",
		UP_TO_LIMIT("SELECT 1 FROM app_instances"
			    " WHERE deleted_ms IS NULL AND ?1 = 0")},
	[QUOTA_USERS] = {"users of the app instance",
		"SELECT max(id) FROM users",
		UP_TO_LIMIT("SELECT 1 FROM users"
			    " WHERE app_instance = ?1"
			    " AND deleted_ms IS NULL")},
	[QUOTA_ADMINS] = {"admins of the app instance", NULL,
		UP_TO_LIMIT("SELECT 1 FROM admins WHERE app_instance = ?1")},
	[QUOTA_CHANNELS] = {"channels of the app instance",
		"SELECT max(id) FROM channels",
		UP_TO_LIMIT("SELECT 1 FROM channels WHERE app_instance = ?1")},
	[QUOTA_MEMBERS_PER_CHANNEL] = {"memberships of the channel", NULL,
		UP_TO_LIMIT("SELECT 1 FROM members WHERE channel = ?1")},
	[QUOTA_MODERATORS] = {"moderators of the channel", NULL,
		UP_TO_LIMIT("SELECT 1 FROM moderators WHERE channel = ?1")},
	[QUOTA_MEMBERSHIPS_PER_USER] = {"memberships of the user", NULL,
		UP_TO_LIMIT("SELECT 1 FROM members WHERE user = ?1")},
};

bool quota_has_room(struct call *call, enum quota quota, int64_t id)
{
	if (call->realm->quotas == NULL)
		return true;
	const char *bound = quotas[quota].bound;
	int64_t limit = call->realm->quotas[quota];

	if (bound != NULL && db_value(call->db, 0, bound, "") < limit)
		return true;
	return db_value(call->db, 0, quotas[quota].count, "ii", id, limit) <
	       limit;
}

bool quota_allows(struct call *call, enum quota quota, int64_t id)
{
	if (quota_has_room(call, quota, id))
		return true;
	answer_fault(call->answer, FAULT_LIMIT,
		"Resource limit exceeded: %s, at most %lld", quotas[quota].name,
		(long long)call->realm->quotas[quota]);
	return false;
}
