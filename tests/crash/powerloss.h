/*
 * Power loss: from a recording of what a program did to a directory, the
 * states that the disk may legally be in when the power goes after each step.
 *
 * What was written to a file since its last sync may be there, not be there,
 * be there in part (by sectors of 512 bytes) or in another order; what a file
 * was extended by may be zeros or junk. Names that were made, changed or
 * removed since the directory's last sync may be so or not, in their order. A
 * state is a choice of all that; the choices that are tried are the extremes,
 * each write alone missing or alone present near the end, the last write torn,
 * and some at random.
 */
#ifndef CRASH_POWERLOSS_H
#define CRASH_POWERLOSS_H

#include "../unit/support/store_disk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct powerloss_case {
	const char *title;
	/* Where states are laid out, one after the other. */
	const char *dir;
	/*
	 * Recovers from what lies in the directory, and says which of the
	 * program's marks it holds; negative when it cannot, or when there is
	 * something that no mark explains.
	 */
	int64_t (*recover)(const char *dir, void *arg);
	void *arg;
	/* Syncs of files whose name ends so are not believed; NULL: all are.
	 * "" is the directory's own, "*" stands for all files. */
	const char *broken_sync;
	/* Enough violations to stop; 0: none is. */
	size_t enough;
};

struct powerloss_figures {
	size_t points; /* after which the power went */
	size_t states; /* different ones */
	size_t lost;   /* held less than was marked before */
	size_t bad;    /* could not be recovered, or held what never was */
};

/* From the first mark on. */
struct powerloss_figures powerloss_run(
	const struct powerloss_case *c, const struct disk_log *log);
/* "TITLE: N states after M steps, ..." on standard output. */
void powerloss_print(const char *title, const struct powerloss_figures *f);

#endif
