#include "ctl/chime_target.h"

#include <stdlib.h>

/* The first that is given. */
static const char *either(const char *a, const char *b)
{
	return a && a[0] ? a : b;
}

static const char *environment_region(void)
{
	return either(getenv("AWS_REGION"),
		either(getenv("AWS_DEFAULT_REGION"), "us-east-1"));
}

void chime_target_init(struct chime_target *target, const struct args *args,
	const struct belfry_config *config)
{
	static const struct chime_config none;
	const struct chime_config *chime = config ? &config->chime : &none;

	*target = (struct chime_target){
		.region = either(args->region,
			either(chime->region, environment_region())),
		.messaging_endpoint =
			either(args->endpoint, chime->messaging_endpoint),
		.identity_endpoint =
			either(args->endpoint, chime->identity_endpoint),
		.ca_file = chime->ca_file,
		.profile = chime->profile,
		.credentials_file = chime->credentials_file,
		.bearer = either(args->bearer, chime->user),
	};
}
