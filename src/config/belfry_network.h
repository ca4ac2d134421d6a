/*
 * The settings of one IRC network (belfry.conf(5), networks). See
 * config/belfry.h for ownership and units.
 */
#ifndef CONFIG_BELFRY_NETWORK_H
#define CONFIG_BELFRY_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

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

/* How Chime's people are seen on IRC. */
enum presence_config { PRESENCE_CONFIG_RELAY, PRESENCE_CONFIG_PUPPETS };
enum bots_config { BOTS_CONFIG_RELAY, BOTS_CONFIG_IGNORE };

/* With presence = puppets. */
struct puppets_config {
	char *nick; /* templates: {name}, {id} */
	char *username;
	char *realname;
	int max;
	int connect_interval_ms;
	int idle_s; /* 0: never */
	char *webirc;
	char *host;
	char *addresses; /* an IPv6 prefix */
	bool is_private;
	int private_max;
};

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
	bool relaymsg;
	struct puppets_config puppets;
	bool commands;
	char **operators;
	size_t operator_count;
	enum bots_config bots;
	char **relays;
	size_t relay_count;
};

#endif
