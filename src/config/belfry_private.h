/*
 * The rows of belfry.conf by group, and its rules. For belfry*.c only.
 */
#ifndef CONFIG_BELFRY_PRIVATE_H
#define CONFIG_BELFRY_PRIVATE_H

#include "config/belfry.h"

extern const struct schema_row belfry_chime_rows[];
extern const struct schema_row belfry_network_rows[];
extern const struct schema_row belfry_puppets_rows[];
extern const struct schema_row belfry_mirror_rows[];
extern const struct schema_row belfry_filter_rows[];

/* A schema_check_fn: what rows cannot say, as a list of named rules. */
void belfry_check(struct schema_load *load, const void *config);
void belfry_check_networks(
	struct schema_load *load, const struct belfry_config *config);
void belfry_check_puppets(
	struct schema_load *load, const struct belfry_config *config);
/* Masks and regular expressions. */
void belfry_check_filters(
	struct schema_load *load, const struct belfry_config *config);
void belfry_check_mirrors(
	struct schema_load *load, const struct belfry_config *config);
/* What is to be filled in. */
void belfry_check_templates(
	struct schema_load *load, const struct belfry_config *config);
/* Names, IRC channels and Chime channels stand only once. */
void belfry_check_doubles(
	struct schema_load *load, const struct belfry_config *config);

#endif
