#include "chimed/settings.h"

#include "chimed/db.h"
#include "chimed/faults.h"
#include "util/log.h"
#include "util/str.h"

#include <stdio.h>

const char *const settings_log_levels[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
	[LOG_LEVEL_DEBUG + 1] = NULL,
};

const char *const settings_syncs[] = {
	[DB_SYNC_OFF] = "off",
	[DB_SYNC_NORMAL] = "normal",
	[DB_SYNC_FULL] = "full",
	[DB_SYNC_FULL + 1] = NULL,
};

const char *const settings_limits[] = {
	[LIMITS_NONE] = "none",
	[LIMITS_PUBLISHED] = "published",
	[LIMITS_PUBLISHED + 1] = NULL,
};

#define AT(member) .offset = offsetof(struct settings, member)

#define QUOTA(which, called, number, what)                                     \
	{                                                                      \
		.name = (called), .type = SCHEMA_INT64,                        \
		.offset = (which) * sizeof(int64_t), .min = 0,                 \
		.max = INT32_MAX, .fallback = (number), .help = (what)         \
	}

static const struct schema_row quota_rows[] = {
	QUOTA(QUOTA_APP_INSTANCES, "app_instances", "100",
		"App instances of the account."),
	QUOTA(QUOTA_USERS, "users", "100000", "Users of an app instance."),
	QUOTA(QUOTA_ADMINS, "admins", "100",
		"Admins of an app instance, but for those of the setting "
		"admins."),
	QUOTA(QUOTA_CHANNELS, "channels", "10000000",
		"Channels of an app instance."),
	QUOTA(QUOTA_MEMBERS_PER_CHANNEL, "members_per_channel", "10000",
		"Memberships of a channel, hidden ones too."),
	QUOTA(QUOTA_MODERATORS, "moderators_per_channel", "1000",
		"Moderators of a channel."),
	QUOTA(QUOTA_MEMBERSHIPS_PER_USER, "memberships_per_user", "20000",
		"Memberships of a user."),
	{.name = NULL},
};

static const struct schema_row rows[] = {
	{.name = "listen",
		.type = SCHEMA_STRING,
		AT(listen),
		.fallback = "127.0.0.1:8787",
		.min = 1,
		.help = "Address and port to listen on; port 0 takes a free "
			"one. There is no TLS: keep it on loopback."},
	{.name = "state",
		.type = SCHEMA_STRING,
		AT(state),
		.min = 1,
		.example = "/var/lib/belfry/chimed.db",
		.help = "The file that holds everything; made when it does "
			"not exist. \":memory:\" forgets all at the end."},
	{.name = "region",
		.type = SCHEMA_STRING,
		AT(region),
		.min = 1,
		.max = 63,
		.fallback = "us-east-1",
		.help = "The region in new ARNs; requests must be signed for "
			"it."},
	{.name = "account",
		.type = SCHEMA_STRING,
		AT(account),
		.min = 12,
		.max = 12,
		.fallback = "123456789012",
		.help = "The account in new ARNs: 12 digits."},
	{.name = "access_key_id",
		.type = SCHEMA_STRING,
		AT(access_key_id),
		.min = 1,
		.max = 128,
		.help = "The key that clients sign with. Without it "
			"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the "
			"environment are taken."},
	{.name = "secret_access_key",
		.type = SCHEMA_SECRET,
		AT(secret_access_key),
		.min = 1,
		.help = "The secret that belongs to access_key_id."},
	{.name = "no_auth",
		.type = SCHEMA_BOOL,
		AT(no_auth),
		.fallback = "false",
		.help = "Accept any signature, and requests without one."},
	{.name = "max_skew_s",
		.type = SCHEMA_INT,
		AT(max_skew_s),
		.min = 0,
		.max = 86400,
		.fallback = "900",
		.unit = "s",
		.help = "How far the time of a signature may be off; 0 does "
			"not check it."},
	{.name = "admins",
		.type = SCHEMA_STRINGS,
		AT(admins),
		.count_offset = offsetof(struct settings, admin_count),
		.max = 64,
		.example = "[ \"admin\" ]",
		.help = "User ids that are admins of their app instance."},
	{.name = "sync",
		.type = SCHEMA_CHOICE,
		AT(sync),
		.choices = settings_syncs,
		.fallback = "full",
		.help = "What an answered call outlives: with full a power "
			"cut, with normal the end of chimed however it comes. "
			"With off a power cut can damage the state file."},
	{.name = "limits",
		.type = SCHEMA_CHOICE,
		AT(limits),
		.choices = settings_limits,
		.fallback = "none",
		.help = "With published the rates and quotas of the real "
			"service are enforced; see CHOICES."},
	{.name = "quotas",
		.type = SCHEMA_GROUP,
		AT(quotas),
		.rows = quota_rows,
		.help = "How many there may be, with limits = \"published\"."},
	{.name = "faults",
		.type = SCHEMA_STRINGS,
		AT(faults),
		.count_offset = offsetof(struct settings, fault_count),
		.max = FAULTS_MAX,
		.help = "What is to go wrong: OPERATION:WHAT or "
			"OPERATION:WHAT:RATE each, such as "
			"\"SendChannelMessage:500:0.1\"; see FAULTS below."},
	{.name = "fault_seed",
		.type = SCHEMA_INT64,
		AT(fault_seed),
		.min = 0,
		.max = INT64_MAX,
		.fallback = "1",
		.help = "Where the chances of faults start; the same seed "
			"repeats them."},
	{.name = "log",
		.type = SCHEMA_CHOICE,
		AT(log),
		.choices = settings_log_levels,
		.fallback = "info",
		.help = "The least important kind of line to log."},
	{.name = NULL},
};

static void check_faults(struct schema_load *load, const void *config)
{
	const struct settings *settings = config;
	struct fault_spec spec;
	char name[32];
	struct err err;

	for (size_t i = 0; i < settings->fault_count; i++) {
		snprintf(name, sizeof(name), "faults[%zu]", i);
		if (fault_spec_parse(str_or_empty(settings->faults[i]), &spec,
			    &err) != 0)
			schema_problem(load, name, "%s", err.text);
	}
}

const struct schema settings_schema = {
	.rows = rows,
	.size = sizeof(struct settings),
	.check = check_faults,
};
