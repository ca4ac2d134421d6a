#include "chimed/schema.h"

static const char version_1[] =
	"CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL)"
	" STRICT, WITHOUT ROWID;"
	"CREATE TABLE app_instances (id INTEGER PRIMARY KEY,"
	" arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL, metadata TEXT,"
	" created_ms INTEGER NOT NULL) STRICT;"
	"CREATE TABLE users (id INTEGER PRIMARY KEY,"
	" app_instance INTEGER NOT NULL, arn TEXT NOT NULL UNIQUE,"
	" name TEXT NOT NULL, metadata TEXT,"
	" created_ms INTEGER NOT NULL) STRICT;"
	"CREATE TABLE channels (id INTEGER PRIMARY KEY,"
	" app_instance INTEGER NOT NULL, arn TEXT NOT NULL UNIQUE,"
	" name TEXT NOT NULL, mode TEXT NOT NULL, privacy TEXT NOT NULL,"
	" metadata TEXT, created_by INTEGER NOT NULL,"
	" created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,"
	" last_message_ms INTEGER) STRICT;"
	"CREATE INDEX channels_listed ON channels (app_instance, privacy);"
	"CREATE TABLE members (channel INTEGER NOT NULL,"
	" user INTEGER NOT NULL, type TEXT NOT NULL,"
	" created_by INTEGER NOT NULL, created_ms INTEGER NOT NULL,"
	" updated_ms INTEGER NOT NULL, read_ms INTEGER,"
	" PRIMARY KEY (channel, user)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX members_of_user ON members (user, channel);"
	"CREATE TABLE moderators (channel INTEGER NOT NULL,"
	" user INTEGER NOT NULL, created_by INTEGER NOT NULL,"
	" created_ms INTEGER NOT NULL,"
	" PRIMARY KEY (channel, user)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX moderators_of_user ON moderators (user, channel);"
	"CREATE TABLE bans (channel INTEGER NOT NULL,"
	" user INTEGER NOT NULL, created_by INTEGER NOT NULL,"
	" created_ms INTEGER NOT NULL,"
	" PRIMARY KEY (channel, user)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE messages (id INTEGER PRIMARY KEY,"
	" channel INTEGER NOT NULL, message_id TEXT NOT NULL UNIQUE,"
	" sender INTEGER NOT NULL, type TEXT NOT NULL, content TEXT,"
	" metadata TEXT, created_ms INTEGER NOT NULL,"
	" updated_ms INTEGER NOT NULL, edited_ms INTEGER,"
	" redacted INTEGER NOT NULL DEFAULT 0) STRICT;"
	"CREATE INDEX messages_in_time ON messages (channel, created_ms);"
	/* Channels that are gone, whose messages are still to be removed. */
	"CREATE TABLE doomed (channel INTEGER PRIMARY KEY) STRICT;"
	"CREATE TABLE tokens (id INTEGER PRIMARY KEY,"
	" key BLOB NOT NULL UNIQUE, request BLOB NOT NULL,"
	" answer TEXT NOT NULL, created_ms INTEGER NOT NULL) STRICT;";

/*
 * What is deleted stays, with the time: a user as the sender of old messages,
 * an app instance until the janitor has removed all of it.
 */
static const char version_2[] =
	"ALTER TABLE app_instances ADD COLUMN updated_ms INTEGER;"
	"ALTER TABLE app_instances ADD COLUMN deleted_ms INTEGER;"
	"UPDATE app_instances SET updated_ms = created_ms;"
	"CREATE INDEX app_instances_deleted ON app_instances (deleted_ms)"
	" WHERE deleted_ms IS NOT NULL;"
	"ALTER TABLE users ADD COLUMN updated_ms INTEGER;"
	"ALTER TABLE users ADD COLUMN deleted_ms INTEGER;"
	"UPDATE users SET updated_ms = created_ms;"
	"CREATE INDEX users_listed ON users (app_instance, id);"
	"CREATE INDEX bans_of_user ON bans (user, channel);"
	"CREATE TABLE admins (app_instance INTEGER NOT NULL,"
	" user INTEGER NOT NULL, created_ms INTEGER NOT NULL,"
	" PRIMARY KEY (app_instance, user)) STRICT, WITHOUT ROWID;";

const char *const schema_steps[DB_VERSION] = {version_1, version_2};
