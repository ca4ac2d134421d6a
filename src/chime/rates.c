#include "chime/rates.h"

static const struct chime_rate rates[CHIME_BUDGET_COUNT] = {
	[CHIME_BUDGET_BEARER] = {"bearer", CHIME_PER_BEARER, 10, 5},
	[CHIME_BUDGET_IDENTITY] = {"identity", CHIME_PER_ACCOUNT, 50, 0},
	[CHIME_BUDGET_APP_INSTANCES] = {"app_instances", CHIME_PER_ACCOUNT, 5,
		0},
	[CHIME_BUDGET_APP_INSTANCE_LISTS] = {"app_instance_lists",
		CHIME_PER_ACCOUNT, 10, 0},
	[CHIME_BUDGET_APP_INSTANCE_READS] = {"app_instance_reads",
		CHIME_PER_APP_INSTANCE, 20, 0},
	[CHIME_BUDGET_USERS] = {"users", CHIME_PER_APP_INSTANCE, 10, 0},
	/* Published as "per user", which a list of all users cannot be. */
	[CHIME_BUDGET_USERS_LISTS] = {"users_lists", CHIME_PER_APP_INSTANCE, 10,
		0},
	[CHIME_BUDGET_USER_READS] = {"user_reads", CHIME_PER_USER, 20, 0},
	[CHIME_BUDGET_CHANNELS] = {"channels", CHIME_PER_APP_INSTANCE, 15, 0},
	[CHIME_BUDGET_LIST_CHANNELS] = {"list_channels", CHIME_PER_APP_INSTANCE,
		10, 0},
	[CHIME_BUDGET_DESCRIBE] = {"describe", CHIME_PER_CHANNEL, 20, 0},
	[CHIME_BUDGET_MEMBER_CHANGES] = {"member_changes", CHIME_PER_CHANNEL,
		15, 10},
	[CHIME_BUDGET_MEMBER_BATCHES] = {"member_batches", CHIME_PER_CHANNEL, 1,
		0},
	[CHIME_BUDGET_MEMBER_LISTS] = {"member_lists", CHIME_PER_CHANNEL, 15,
		0},
	[CHIME_BUDGET_MESSAGE_CHANGES] = {"message_changes", CHIME_PER_CHANNEL,
		30, 10},
	[CHIME_BUDGET_MESSAGE_LISTS] = {"message_lists", CHIME_PER_CHANNEL, 30,
		0},
	[CHIME_BUDGET_MESSAGE_GETS] = {"message_gets", CHIME_PER_CHANNEL, 30,
		0},
	[CHIME_BUDGET_USER_LISTS] = {"user_lists", CHIME_PER_USER, 15, 0},
};

const struct chime_rate *chime_rate(enum chime_budget budget)
{
	return &rates[budget];
}

double chime_rate_in(enum chime_budget budget, const char *region)
{
	const struct chime_rate *rate = &rates[budget];

	if (rate->frankfurt > 0 && str_eq(region, "eu-central-1"))
		return rate->frankfurt;
	return rate->per_second;
}
