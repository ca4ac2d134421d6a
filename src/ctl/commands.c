#include "ctl/commands.h"

#include "ctl/aside.h"
#include "ctl/chime_call.h"
#include "ctl/discover.h"
#include "ctl/iam_policy.h"
#include "ctl/mapping.h"
#include "ctl/members.h"
#include "ctl/provision.h"
#include "ctl/standings.h"
#include "ctl/state.h"
#include "ctl/status.h"
#include "ctl/unmap.h"

#include <stddef.h>

const struct command *const commands[] = {
	&command_provision,
	&command_status,
	&command_members,
	&command_bans,
	&command_moderators,
	&command_attributes,
	&command_ban,
	&command_unban,
	&command_aside,
	&command_pause,
	&command_resume,
	&command_resync,
	&command_unmap,
	&command_discover,
	&command_iam_policy,
	&command_chime,
	&command_state,
	NULL,
};
