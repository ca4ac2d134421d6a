#include "people/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int64_t NOW = 1000;

/* What is known of one person, and what is to be done. */
struct sample {
	const char *what;
	enum members_policy policy;
	bool is_unknown;
	struct member member;
	enum member_work work;
	int64_t due_ms; /* 0: never */
	bool is_over;
};

#define SHOWN .is_shown = true, .shown_name = 0

static const struct sample samples[] = {
	{"comes", MEMBERS_FULL, false, {.place = MEMBER_HERE}, WORK_ADMIT, 0,
		false},
	{"comes, lazy", MEMBERS_LAZY, false, {.place = MEMBER_HERE}, WORK_NONE,
		0, false},
	{"comes, off", MEMBERS_OFF, false, {.place = MEMBER_HERE}, WORK_NONE, 0,
		false},
	{"was shown as another", MEMBERS_LAZY, false,
		{.place = MEMBER_HERE, .is_wanted = true}, WORK_ADMIT, 0,
		false},
	{"is shown", MEMBERS_FULL, false, {.place = MEMBER_HERE, SHOWN},
		WORK_NONE, 0, false},
	{"hidden", MEMBERS_FULL, false,
		{.place = MEMBER_HERE, .is_hidden = true}, WORK_NONE, 0, false},
	{"hides", MEMBERS_FULL, false,
		{.place = MEMBER_HERE, .is_hidden = true, SHOWN}, WORK_DISMISS,
		0, false},
	{"ignored", MEMBERS_LAZY, false,
		{.place = MEMBER_HERE, .is_ignored = true, SHOWN}, WORK_DISMISS,
		0, false},
	{"opts out", MEMBERS_FULL, false,
		{.place = MEMBER_HERE, .is_unshown = true, SHOWN}, WORK_DISMISS,
		0, false},
	{"leaves", MEMBERS_LAZY, false, {.place = MEMBER_AWAY, SHOWN},
		WORK_DISMISS, 0, false},
	{"leaves, off", MEMBERS_OFF, false, {.place = MEMBER_AWAY, SHOWN},
		WORK_NONE, 0, false},
	{"leaves, list not known", MEMBERS_FULL, true,
		{.place = MEMBER_AWAY, SHOWN}, WORK_NONE, 0, false},
	{"has left", MEMBERS_FULL, true, {.place = MEMBER_AWAY}, WORK_NONE, 0,
		true},
	{"lingers", MEMBERS_FULL, false,
		{.place = MEMBER_LINGERS, .wait_ms = 1001, SHOWN}, WORK_NONE,
		1001, false},
	{"lingered", MEMBERS_FULL, false,
		{.place = MEMBER_LINGERS, .wait_ms = 1000, SHOWN}, WORK_DISMISS,
		0, false},
	{"lingered, not shown", MEMBERS_FULL, false,
		{.place = MEMBER_LINGERS, .wait_ms = 1000}, WORK_NONE, 0, true},
	{"lingered, list not known", MEMBERS_FULL, true,
		{.place = MEMBER_LINGERS, .wait_ms = 1000, SHOWN}, WORK_NONE, 0,
		false},
	{"unsure", MEMBERS_FULL, false, {.place = MEMBER_UNSURE, SHOWN},
		WORK_NONE, 0, false},
	{"under way", MEMBERS_FULL, false,
		{.place = MEMBER_AWAY, .work = WORK_ADMIT, SHOWN}, WORK_NONE, 0,
		false},
	{"refused", MEMBERS_FULL, false,
		{.place = MEMBER_HERE,
			.bar = BAR_REFUSED,
			.bar_work = WORK_ADMIT,
			.until_ms = 2000},
		WORK_NONE, 2000, false},
	{"refused long ago", MEMBERS_FULL, false,
		{.place = MEMBER_HERE,
			.bar = BAR_REFUSED,
			.bar_work = WORK_ADMIT,
			.until_ms = 1000},
		WORK_ADMIT, 0, false},
	{"a bar to coming is none to going", MEMBERS_FULL, false,
		{.place = MEMBER_AWAY,
			.bar = BAR_LATER,
			.bar_work = WORK_ADMIT,
			.until_ms = 2000,
			SHOWN},
		WORK_DISMISS, 0, false},
	{"removed", MEMBERS_FULL, false,
		{.place = MEMBER_HERE,
			.bar = BAR_OUT,
			.bar_work = WORK_ADMIT,
			.until_ms = INT64_MAX},
		WORK_NONE, 0, false},
	{"renamed", MEMBERS_LAZY, false,
		{.place = MEMBER_HERE,
			.is_shown = true,
			.shown_name = 7,
			.wait_ms = 1500},
		WORK_NONE, 1500, false},
	{"renamed a while ago", MEMBERS_LAZY, false,
		{.place = MEMBER_HERE,
			.is_shown = true,
			.shown_name = 7,
			.wait_ms = 1000},
		WORK_ADMIT, 0, false},
};

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *one = &samples[i];
		struct verdict_rules rules = {
			.policy = one->policy,
			.is_known = !one->is_unknown,
			.now_ms = NOW,
		};
		struct member member = one->member;
		char name[] = "Ann";
		struct verdict got;

		member.name = name;
		got = verdict_of(&member, &rules);
		if (got.work != one->work || got.is_over != one->is_over ||
			got.due_ms !=
				(one->due_ms ? one->due_ms : VERDICT_NEVER))
			fail_msg("%s: work %d due %lld over %d", one->what,
				got.work, (long long)got.due_ms, got.is_over);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
