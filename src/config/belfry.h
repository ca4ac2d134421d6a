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

#include "config/belfry_mapping.h"
#include "config/belfry_network.h"
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
	int members_ms;
	int max_puppets;
	int retire_after_days; /* 0: never */
};

struct belfry_config {
	char *state;
	char *control; /* NULL: none */
	struct log_config log;
	struct filter_config filter; /* for all mappings */
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
