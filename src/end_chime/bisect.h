/*
 * Finds the one bad position in a list that can only be asked "is the first
 * thing at or behind x good?": doubles its steps until the answer is yes, then
 * halves. A value; about 2 log2(distance) questions.
 */
#ifndef END_CHIME_BISECT_H
#define END_CHIME_BISECT_H

#include <stdbool.h>
#include <stdint.h>

struct bisect {
	int64_t probe; /* ask about this */
	int64_t bad;   /* newest x known to be answered with no */
	int64_t good;  /* oldest x known to be answered with yes; 0: none */
	int64_t step;
};

enum bisect_answer {
	BISECT_ASK,   /* about `probe` */
	BISECT_FOUND, /* the bad one stands at `bad` */
	BISECT_NONE,  /* even the first was good: it was a passing fault */
	BISECT_LOST,  /* all is bad: the fault is not in the list */
};

void bisect_init(struct bisect *b, int64_t first);
/* Takes the answer about `probe`. */
enum bisect_answer bisect_take(struct bisect *b, bool is_good);

#endif
