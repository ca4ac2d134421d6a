#include "daemon/signals.h"

#include "util/alloc.h"

#include <signal.h>
#include <stdlib.h>

struct signals {
	struct loop_signal *term, *interrupt, *hangup;
};

/* A peer that goes away, and a file that may not grow (RLIMIT_FSIZE), are
 * errors of write(2), not the end of us. */
void signals_ignore_failed_writes(void)
{
	struct sigaction action = {.sa_handler = SIG_IGN};

	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
}

struct signals *signals_new(
	struct loop *loop, const struct signals_params *params)
{
	struct signals *signals = xcalloc(1, sizeof(*signals));

	signals->term =
		loop_signal_new(loop, SIGTERM, params->stop, params->arg);
	signals->interrupt =
		loop_signal_new(loop, SIGINT, params->stop, params->arg);
	signals->hangup =
		loop_signal_new(loop, SIGHUP, params->reload, params->arg);
	return signals;
}

void signals_free(struct signals *signals)
{
	if (!signals)
		return;
	loop_signal_free(signals->term);
	loop_signal_free(signals->interrupt);
	loop_signal_free(signals->hangup);
	free(signals);
}
