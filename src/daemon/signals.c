#include "daemon/signals.h"

#include "util/alloc.h"

#include <signal.h>
#include <stdlib.h>

struct signals {
	struct loop_signal *term, *interrupt, *hangup;
};

/*
 * A peer that goes away and a file that may not grow are errors of write(2),
 * not the end of us; the others mean nothing here.
 */
static const int ignored[] = {SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2};

static void hold_hangup(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(how, &set, NULL);
}

void signals_early(void)
{
	struct sigaction action = {.sa_handler = SIG_IGN};

	for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
		sigaction(ignored[i], &action, NULL);
	hold_hangup(SIG_BLOCK);
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
	hold_hangup(SIG_UNBLOCK);
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
