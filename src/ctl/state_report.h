/*
 * What a state file holds, as a table for people: records per mapping, way and
 * kind, and the line that waits longest.
 */
#ifndef CTL_STATE_REPORT_H
#define CTL_STATE_REPORT_H

#include "model/store.h"

#include <stdint.h>
#include <stdio.h>

struct state_report;

struct state_report *state_report_new(void);
void state_report_free(struct state_report *report);
/* For each record of the file (store_each_fn): `arg` is the report. */
void state_report_add(const struct store_record *record, void *arg);
/* `now_ms` is wall time, for ages. */
void state_report_print(
	const struct state_report *report, int64_t now_ms, FILE *out);

#endif
