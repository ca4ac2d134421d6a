/*
 * What each operation does. A handler gets a call whose arguments are checked,
 * whose bearer exists and whose role allows it, in an open transaction; it
 * sets the answer. It checks first and writes last, so that a refusal leaves
 * nothing behind.
 */
#ifndef CHIMED_HANDLERS_H
#define CHIMED_HANDLERS_H

#include "chimed/call.h"

typedef void handler_fn(struct call *call);

/* Never NULL for op < CHIME_OP_COUNT. */
handler_fn *handlers_find(enum chime_op op);

/* handlers_instances.c, handlers_users.c */
handler_fn handle_create_app_instance;
handler_fn handle_create_app_instance_user;
handler_fn handle_delete_app_instance;
handler_fn handle_delete_app_instance_user;
handler_fn handle_describe_app_instance;
handler_fn handle_describe_app_instance_user;
handler_fn handle_list_app_instance_users;
handler_fn handle_list_app_instances;
handler_fn handle_update_app_instance;
handler_fn handle_update_app_instance_user;
/* handlers_admins.c */
handler_fn handle_create_app_instance_admin;
handler_fn handle_delete_app_instance_admin;
handler_fn handle_describe_app_instance_admin;
handler_fn handle_list_app_instance_admins;
/* handlers_channels.c */
handler_fn handle_create_channel;
handler_fn handle_describe_channel;
handler_fn handle_update_channel;
handler_fn handle_delete_channel;
handler_fn handle_list_channels;
/* handlers_members.c */
handler_fn handle_batch_create_channel_membership;
handler_fn handle_create_channel_membership;
handler_fn handle_delete_channel_membership;
handler_fn handle_describe_channel_membership;
handler_fn handle_list_channel_memberships;
/* handlers_markers.c */
handler_fn handle_describe_channel_membership_for_user;
handler_fn handle_list_channel_memberships_for_user;
handler_fn handle_update_channel_read_marker;
/* handlers_moderators.c */
handler_fn handle_create_channel_moderator;
handler_fn handle_delete_channel_moderator;
handler_fn handle_describe_channel_moderator;
handler_fn handle_list_channel_moderators;
handler_fn handle_describe_channel_moderated_by_user;
handler_fn handle_list_channels_moderated_by_user;
/* handlers_bans.c */
handler_fn handle_create_channel_ban;
handler_fn handle_delete_channel_ban;
handler_fn handle_describe_channel_ban;
handler_fn handle_list_channel_bans;
/* handlers_messages.c */
handler_fn handle_send_channel_message;
handler_fn handle_get_channel_message;
handler_fn handle_list_channel_messages;
handler_fn handle_update_channel_message;
handler_fn handle_redact_channel_message;
handler_fn handle_delete_channel_message;

#endif
