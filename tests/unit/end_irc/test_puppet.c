#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "irc_puppets/puppet.h"
#include "irc_puppets/puppets.h"

#include "unit/support/irc_crowd.h"
#include "util/str.h"

/* Puppets of a main connection, without an end. */
struct fixture {
	struct irc_crowd crowd;
	struct irc_puppets *puppets;
	struct buf log;
};

static void on_changed(void *arg, struct irc_puppet *puppet)
{
	static const char *const names[] = {
		"off", "connecting", "ready", "going"};
	struct fixture *f = arg;
	buf_addf(&f->log, "%s %s\n", irc_puppet_nick(puppet),
		names[irc_puppet_state(puppet)]);
}

static void on_channel(void *arg, struct irc_puppet *puppet,
	const char *channel, bool joined, const char *why)
{
	struct fixture *f = arg;
	(void)why;
	buf_addf(&f->log, "%s %c%s\n", irc_puppet_nick(puppet),
		joined ? '+' : '-', channel);
}

static void on_kicked(
	void *arg, struct irc_puppet *puppet, const struct irc_message *kick)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "%s kicked by %s\n", irc_puppet_nick(puppet),
		kick->source.nick);
}

static void on_message(
	void *arg, struct irc_puppet *puppet, const struct irc_message *message)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "%s hears %s: %s\n", irc_puppet_nick(puppet),
		message->source.nick, irc_message_last(message));
}

static bool is_in_sight(void *arg, const char *nick)
{
	(void)arg;
	(void)nick;
	return false;
}

static void on_vacant(void *arg, const char *id)
{
	(void)arg;
	(void)id;
}

static int setup(void **state)
{
	static struct fixture f;
	static const struct irc_conn_events no_events;
	irc_crowd_init(&f.crowd);
	buf_init(&f.log, 10000);
	struct irc_conn *conn = irc_conn_new(f.crowd.all[0].peer.loop,
		&f.crowd.params.conn, &no_events, NULL);
	irc_conn_start(conn);
	irc_crowd_serve(&f.crowd);
	f.crowd.params.conn.sasl_account = "belfry";
	f.crowd.params.conn.sasl_password = "secret";
	f.crowd.params.conn.tls_params.cert_file = "belfry.pem";
	f.crowd.params.conn.tls_params.key_file = "belfry.key";
	f.crowd.params.puppets.webirc = "secret";
	f.crowd.params.puppets.host = "{id}.chime.invalid";
	f.crowd.params.puppets.addresses = "2001:db8::/32";
	f.puppets = irc_puppets_new(f.crowd.all[0].peer.loop,
		&(struct irc_puppets_params){
			.network = "test",
			.conn = &f.crowd.params.conn,
			.settings = &f.crowd.params.puppets,
			.main = conn,
			.changed = on_changed,
			.channel = on_channel,
			.kicked = on_kicked,
			.vacant = on_vacant,
			.message = on_message,
			.is_in_sight = is_in_sight,
			.arg = &f,
		});
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	irc_puppets_free(f->puppets);
	irc_conn_free(f->crowd.all[0].peer.conn);
	buf_release(&f->log);
	irc_crowd_release(&f->crowd);
	return 0;
}

static struct irc_puppet *get(struct fixture *f, const char *name)
{
	const char *why;
	struct irc_puppet *puppet =
		irc_puppets_get(f->puppets, "arn:x/user/al", name, &why);
	assert_non_null(puppet);
	return puppet;
}

static void test_life(void **state)
{
	struct fixture *f = *state;
	struct irc_puppet *puppet = get(f, "Al");
	assert_int_equal(irc_puppet_state(puppet), IRC_PUPPET_OFF);
	assert_ptr_equal(puppet, irc_puppets_find(f->puppets, "arn:x/user/al"));
	irc_puppet_join(puppet, "#a", NULL);
	assert_false(irc_puppet_is_in(puppet, "#a"));
	irc_crowd_serve(&f->crowd);
	assert_true(irc_puppet_is_in(puppet, "#A"));
	crowd_assert(f->log, "Al[c] connecting\nAl[c] ready\nAl[c] +#a\n");
	irc_puppet_part(puppet, "#a", "bye");
	assert_false(irc_puppet_is_wanted(puppet, "#a"));
	irc_crowd_pass(&f->crowd, 61 * 1000);
	assert_null(irc_puppets_find(f->puppets, "arn:x/user/al"));
	crowd_assert(f->log, "Al[c] going\nAl[c] going\n");
}

static void test_hold(void **state)
{
	struct fixture *f = *state;
	struct irc_puppet *puppet = get(f, "Al");
	irc_puppet_hold(puppet);
	irc_crowd_pass(&f->crowd, 130 * 1000);
	assert_int_equal(irc_puppet_state(puppet), IRC_PUPPET_READY);
	irc_puppet_let_go(puppet);
	irc_crowd_pass(&f->crowd, 50 * 1000);
	assert_int_equal(irc_puppet_state(puppet), IRC_PUPPET_READY);
	irc_crowd_pass(&f->crowd, 15 * 1000);
	assert_null(irc_puppets_find(f->puppets, "arn:x/user/al"));
}

static void test_looks(void **state)
{
	struct fixture *f = *state;
	(void)get(f, "Al");
	const struct irc_conn_params *p = &f->crowd.all[1].peer.conn->params;
	assert_string_equal(p->nick, "Al");
	assert_string_equal(p->nick_suffix, "[c]");
	assert_string_equal(p->username, "al");
	assert_string_equal(p->realname, "Al (Chime)");
	assert_true(p->is_light);
	assert_string_equal(p->webirc_password, "secret");
	assert_string_equal(p->webirc_host, "al.chime.invalid");
	assert_true(str_starts(p->webirc_address, "2001:db8:"));
	assert_null(p->bind_address);
	assert_int_equal(p->sasl, IRC_SASL_NONE);
}

static void test_messages(void **state)
{
	struct fixture *f = *state;
	irc_puppet_hold(get(f, "Al"));
	irc_crowd_serve(&f->crowd);
	buf_clear(&f->log);
	irc_crowd_tell(&f->crowd, 1, ":bob!b@h PRIVMSG Al[c] :hi");
	irc_crowd_tell(&f->crowd, 1, ":bob!b@h PRIVMSG #a :all");
	irc_crowd_tell(&f->crowd, 1, ":bob!b@h NOTICE al{c} :ho");
	crowd_assert(f->log, "Al[c] hears bob: hi\nAl[c] hears bob: ho\n");
	irc_crowd_tell(&f->crowd, 1, ":Al[c]!al@host NICK Guest");
	crowd_assert(f->log, "Guest ready\n");
}

static void test_kick(void **state)
{
	struct fixture *f = *state;
	struct irc_puppet *puppet = get(f, "Al");
	irc_puppet_join(puppet, "#a", NULL);
	irc_crowd_serve(&f->crowd);
	buf_clear(&f->log);
	irc_crowd_tell(&f->crowd, 1, ":bob!b@h KICK #a Al[c] :out");
	crowd_assert(f->log, "Al[c] kicked by bob\n");
	assert_false(irc_puppet_is_wanted(puppet, "#a"));
}

static void test_refused(void **state)
{
	struct fixture *f = *state;
	struct irc_puppet *puppet = get(f, "Al");
	f->crowd.refusal = "471 It is full";
	irc_puppet_join(puppet, "#a", NULL);
	irc_crowd_serve(&f->crowd);
	assert_non_null(strstr(irc_puppet_refusal(puppet, "#a"), "full"));
	assert_true(irc_puppet_is_wanted(puppet, "#a"));
}

static void test_wait(void **state)
{
	struct fixture *f = *state;
	struct irc_puppet *puppet = get(f, "Al");
	assert_int_equal(irc_puppet_wait_ms(puppet), 0);
	irc_crowd_serve(&f->crowd);
	irc_crowd_cut(&f->crowd, 1, "Closing Link: G-lined");
	assert_int_equal(irc_puppet_state(puppet), IRC_PUPPET_OFF);
	assert_true(str_starts(irc_puppet_why(puppet), "banned: "));
	assert_true(irc_puppet_wait_ms(puppet) > 14 * 60 * 1000);
	assert_int_equal(irc_puppets_eta_ms(f->puppets, puppet), -1);
}

/* Who the bridge is on the network is nobody else's. */
static void test_no_account(void **state)
{
	struct fixture *f = *state;
	(void)get(f, "Al");
	assert_null(f->crowd.all[1].peer.params.sasl_account);
	assert_null(f->crowd.all[1].peer.params.sasl_password);
	assert_null(f->crowd.all[1].peer.params.tls_params.cert_file);
	assert_null(f->crowd.all[1].peer.params.tls_params.key_file);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_life),
		T(test_hold),
		T(test_looks),
		T(test_messages),
		T(test_kick),
		T(test_refused),
		T(test_wait),
		T(test_no_account),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
