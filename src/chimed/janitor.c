#include "chimed/janitor.h"

#include "chimed/removal.h"

static const char doomed[] = "SELECT channel FROM doomed LIMIT 1";
static const char deleted[] = "SELECT id FROM app_instances"
			      " WHERE deleted_ms IS NOT NULL LIMIT 1";

bool janitor_is_due(struct db *db)
{
	return db_value(db, 0, doomed, "") != 0 ||
	       db_value(db, 0, deleted, "") != 0;
}

static void sweep_messages(struct db *db, int64_t channel)
{
	static const char sweep[] =
		"DELETE FROM messages WHERE id IN"
		" (SELECT id FROM messages WHERE channel = ?1 LIMIT ?2)";
	static const char finish[] = "DELETE FROM doomed WHERE channel = ?1";

	if (db_run(db, sweep, "ii", channel, (int64_t)JANITOR_STEP) <
		JANITOR_STEP)
		db_run(db, finish, "i", channel);
}

/* False when there was none. */
static bool sweep_channel(struct db *db, int64_t app_instance)
{
	static const char next[] =
		"SELECT id FROM channels WHERE app_instance = ?1 LIMIT 1";
	int64_t channel = db_value(db, 0, next, "i", app_instance);

	if (channel != 0)
		removal_channel(db, channel);
	return channel != 0;
}

static void sweep_users(struct db *db, int64_t app_instance)
{
	static const char sweep[] =
		"DELETE FROM users WHERE id IN"
		" (SELECT id FROM users WHERE app_instance = ?1 LIMIT ?2)";
	static const char admins[] =
		"DELETE FROM admins WHERE app_instance = ?1";
	static const char finish[] = "DELETE FROM app_instances WHERE id = ?1";

	if (db_run(db, sweep, "ii", app_instance, (int64_t)JANITOR_STEP) ==
		JANITOR_STEP)
		return;
	db_run(db, admins, "i", app_instance);
	db_run(db, finish, "i", app_instance);
}

void janitor_step(struct db *db)
{
	int64_t channel = db_value(db, 0, doomed, "");
	int64_t app_instance = db_value(db, 0, deleted, "");

	if (channel != 0)
		sweep_messages(db, channel);
	else if (app_instance != 0 && !sweep_channel(db, app_instance))
		sweep_users(db, app_instance);
}
