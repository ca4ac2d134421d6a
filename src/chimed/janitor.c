#include "chimed/janitor.h"

static const char first[] = "SELECT channel FROM doomed LIMIT 1";

bool janitor_is_due(struct db *db)
{
	return db_value(db, 0, first, "") != 0;
}

void janitor_step(struct db *db)
{
	static const char sweep[] =
		"DELETE FROM messages WHERE id IN"
		" (SELECT id FROM messages WHERE channel = ?1 LIMIT ?2)";
	static const char finish[] = "DELETE FROM doomed WHERE channel = ?1";
	int64_t channel = db_value(db, 0, first, "");

	if (channel == 0)
		return;
	if (db_run(db, sweep, "ii", channel, (int64_t)JANITOR_STEP) <
		JANITOR_STEP)
		db_run(db, finish, "i", channel);
}
