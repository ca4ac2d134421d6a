/*
 * The settings of belfryd (belfry.conf(5)) as a typed struct. The rows behind
 * it are the single truth: they load the file and print the manual's list and
 * the example file.
 *
 * Strings are owned by the struct; NULL where a setting has no default and
 * was not given. Times are in ms, rates in calls per second.
 */
#ifndef CONFIG_BELFRY_H
#define CONFIG_BELFRY_H

#include "config/problems.h"
#include "config/schema.h"
#include "util/attr.h"
#include "util/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log_config {
	enum log_level level;
	enum log_format format;
};

/* Calls per second; 0: no limit; negative: what is published. */
struct limits_config {
	double bearer;
	double identity;
	double app_instances;
	double app_instance_lists;
	double app_instance_reads;
	double users;
	double users_lists;
	double user_reads;
	double channels;
	double list_channels;
	double describe;
	double member_changes;
	double member_batches;
	double member_lists;
	double message_changes;
	double message_lists;
	double message_gets;
	double user_lists;
};

struct chime_config {
	char *region;
	char *app_instance; /* ARN */
	char *user;         /* ARN of the bridge's own AppInstanceUser */
	char *messaging_endpoint;
	char *identity_endpoint;
	char *profile;
	char *credentials_file;
	char *ca_file;
	bool puppets;
	bool read_markers;
	char *puppet_name;
	int poll_min_ms;
	int poll_max_ms;
	struct limits_config limits;
	int max_connections;
	int late_after_ms;
};

enum sasl_config_mechanism {
	SASL_CONFIG_NONE,
	SASL_CONFIG_PLAIN,
	SASL_CONFIG_EXTERNAL,
	SASL_CONFIG_SCRAM_SHA_256,
};

struct sasl_config {
	enum sasl_config_mechanism mechanism;
	char *account;
	char *password;
	bool required;
};

enum in_doubt_config { IN_DOUBT_CONFIG_RESEND, IN_DOUBT_CONFIG_SKIP };

/* How Chime's people are seen on IRC; so far in one way. */
enum presence_config { PRESENCE_CONFIG_RELAY };

struct network_config {
	char *name;
	char **servers; /* "host:port", "[address]:port" */
	size_t server_count;
	bool tls;
	char *tls_ca_file;
	char *tls_cert_file;
	char *tls_key_file;
	char *tls_pin_sha256;
	char *bind;
	char *password;
	char *nick;
	char *username;
	char *realname;
	struct sasl_config sasl;
	int flood_burst;
	int flood_interval_ms;
	int ping_interval_ms;
	int ping_timeout_ms;
	int retry_min_ms;
	int retry_max_ms;
	int window;
	enum in_doubt_config in_doubt;
	char *nick_template;
	bool anti_ping;
	int max_lines;
	int late_after_ms;
	int backfill_max_age_s;
	int backfill_max_lines;
	enum presence_config presence;
};

enum messages_config {
	MESSAGES_CONFIG_BOTH,
	MESSAGES_CONFIG_TO_IRC,
	MESSAGES_CONFIG_TO_CHIME,
};

enum privacy_config { PRIVACY_CONFIG_PUBLIC, PRIVACY_CONFIG_PRIVATE };
enum mode_config { MODE_CONFIG_UNRESTRICTED, MODE_CONFIG_RESTRICTED };

/* Either `arn`, or the rest. */
struct mapping_chime_config {
	char *arn;
	char *name;
	enum privacy_config privacy;
	enum mode_config mode;
	bool create;
};

enum when_full_config { WHEN_FULL_CONFIG_DROP_OLDEST, WHEN_FULL_CONFIG_STOP };

/* What may wait for Chime; `max_age_ms` holds both ways. */
struct queue_config {
	int max_lines;
	int max_bytes;
	int max_age_ms;
	enum when_full_config when_full;
};

struct mapping_config {
	char *name;
	char *irc; /* "network/#channel" */
	char *irc_key;
	struct mapping_chime_config chime;
	enum messages_config messages;
	struct queue_config queue;
};

struct belfry_config {
	char *state;
	char *control; /* NULL: none */
	struct log_config log;
	struct chime_config chime;
	struct network_config *networks;
	size_t network_count;
	struct mapping_config *mappings;
	size_t mapping_count;
};

extern const struct schema belfry_schema;
/* The rows of one mapping, for schema_rows_same(). */
extern const struct schema_row belfry_mapping_rows[];

/* See schema_load(). Release with belfry_config_free(). */
int belfry_config_load(const char *path, struct belfry_config *ret,
	struct problems *problems) MUST_CHECK;
void belfry_config_free(struct belfry_config *config);

/* The parts of a server ("[::1]:6697"); `ret_host` is owned. */
int belfry_server_parse(
	const char *server, char **ret_host, uint16_t *ret_port) MUST_CHECK;
/* The network of a mapping's `irc`, or NULL; *ret_channel is borrowed. */
const struct network_config *belfry_mapping_network(
	const struct belfry_config *config,
	const struct mapping_config *mapping, const char **ret_channel);

#endif
