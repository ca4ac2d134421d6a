/*
 * A command that is being answered: the words behind its name, which mapping
 * is meant, and answers within bounds. For command*.c only.
 *
 * Whoever asks sees the mappings of their own network whose channel they are
 * in, or in which they ask; operators see all of the network. Others do not
 * exist for them.
 */
#ifndef COMMAND_ASKING_H
#define COMMAND_ASKING_H

#include "bridge/mapping.h"
#include "command/command.h"
#include "util/buf.h"

enum { ASKING_WORDS = 32, ASKING_LINE_BYTES = 380 };

struct asking {
	struct bridge *bridge;
	const struct command *command;
	const char *words[ASKING_WORDS]; /* behind the command's name */
	size_t count;
	unsigned said; /* lines */
};

/* A line of the answer; beyond the most that are allowed nothing is said. What
 * is too long is cut, what could move a cursor becomes "?". */
void asking_say(struct asking *asking, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* "network/#channel" -> "#channel"; the mapping's name when it has none. */
const char *asking_label(const struct mapping *mapping);
bool asking_sees(const struct asking *asking, const struct mapping *mapping);
/* Each that they see. */
void asking_each(struct asking *asking,
	void (*fn)(struct asking *asking, struct mapping *mapping, void *arg),
	void *arg);

/*
 * The mapping that `word` means: a name or a channel; NULL: the one in whose
 * channel this is said, or the only one there is. Or NULL, and they are told.
 */
struct mapping *asking_mapping(
	struct asking *asking, const char *word) MUST_CHECK;

/*
 * Names, as many to a line as fit, and at the end how many there are more:
 * listing_init(), listing_add() for each, listing_end(), which releases it.
 */
struct listing {
	struct asking *asking;
	struct buf line;
	unsigned lines_left;
	size_t more; /* did not fit */
};
void listing_init(
	struct listing *listing, struct asking *asking, unsigned lines);
void listing_add(struct listing *listing, const char *item);
void listing_end(struct listing *listing);

#endif
