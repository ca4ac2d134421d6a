/*
 * A bridge between two fake worlds: the first byte chooses its settings, every
 * further one is a step of some part, among them crashes, cut links, refusals
 * and a disk that stands still. However they follow each other: nothing may be
 * lost, nothing doubled beyond what was in doubt, nothing out of order, and it
 * must come to an end.
 */
#include "../unit/support/bridge_rig.h"

#include <stdint.h>

enum { STEPS_MAX = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mapping_params params = {.window = 1};
	struct rig rig;

	if (size == 0 || size > STEPS_MAX)
		return 0;
	params.window = 1 + (data[0] & 3);
	params.in_doubt = data[0] & 4 ? IN_DOUBT_SKIP : IN_DOUBT_RESEND;
	params.overlap_ms = data[0] & 8 ? 1 : 100;
	rig_init(&rig, &params);
	rig.irc.nameless = data[0] & 16;
	for (size_t i = 1; i < size; i++)
		(void)rig_step(&rig, (enum rig_step)(data[i] % STEPS));
	rig_finish(&rig);
	rig_check(&rig);
	rig_release(&rig);
	return 0;
}
