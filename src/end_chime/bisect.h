/*
 * Finds the first bad position in a list of which one page can be asked at a
 * time: "is the first thing in [from, until] good?" An empty range is good.
 * Others may be bad behind it, and good ones stand between: they are not
 * stepped over. Nor is anything when it is not the list that is bad but all
 * answers are for a while (a proxy's error page): after each bad answer it
 * asks what must be good. A value; about 3 log2(distance) questions.
 */
#ifndef END_CHIME_BISECT_H
#define END_CHIME_BISECT_H

#include <stdbool.h>
#include <stdint.h>

enum bisect_phase {
	BISECT_FIRST, /* is there a bad one? */
	BISECT_SEARCH,
	BISECT_CONFIRM,
	BISECT_BEFORE, /* bounds may be exclusive: then it is one less */
};

struct bisect {
	int64_t from, until; /* ask about these; until 0: no end */
	int64_t bad;         /* when found: where it stands */
	enum bisect_phase phase;
	bool doubt;          /* was that bad, or is everything? */
	int64_t until_asked; /* before that question */
	int64_t first;
	int64_t good; /* [first, good] is known to be good */
	int64_t step;
};

enum bisect_answer {
	BISECT_ASK,   /* about [from, until] */
	BISECT_FOUND, /* the first bad one stands at `bad` */
	BISECT_NONE,  /* it was a passing fault */
	BISECT_LOST,  /* all is bad: the fault is not in the list */
};

void bisect_init(struct bisect *b, int64_t first);
/* Takes the answer about [from, until]. */
enum bisect_answer bisect_take(struct bisect *b, bool is_good);

#endif
