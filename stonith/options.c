// SPDX-License-Identifier: MIT
#include "stonith/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "stonith/say.h"

enum { OPTION_TEST = 256, OPTION_CHECK, OPTION_TIMEOUT, OPTION_HA_CF, LIMIT_MAX_S = 86400 };

static const char usage[] =
	"usage: stonith -L\n"
	"       stonith -t TYPE {-n | -m | -h}\n"
	"       stonith -t TYPE {-p TEXT | -F FILE | -E | NAME=VALUE...} [-c COUNT] -lS\n"
	"       stonith -t TYPE {-p TEXT | -F FILE | -E | NAME=VALUE...} [-c COUNT] -T {reset | on | off} NODE\n"
	"       stonith -t {all | TYPE ...} --test\n"
	"       stonith -t TYPE {-p TEXT | -F FILE | -E | NAME=VALUE...} --check\n"
	"where:\n"
	"  -L              list the types of devices\n"
	"  -t TYPE         the type; all, with --test: the devices of ha.cf\n"
	"  -n              list the names of its parameters, in their order\n"
	"  -m              describe it and its parameters in XML\n"
	"  -h              describe it and its parameters; without -t all types\n"
	"  -p TEXT         the values in the order of -n, or NAME=VALUE...\n"
	"  -F FILE         the same, from a file; - is standard input\n"
	"  -E              the values from the environment\n"
	"  -l              list the hosts that it controls\n"
	"  -S              is it reachable?\n"
	"  -T ACTION       reset (if -T is not given), on or off\n"
	"  -c COUNT        do it so often\n"
	"  -s              no line when the device is reachable\n"
	"  -v              no effect\n"
	"  -d              messages to standard error too, more of them\n"
	"  --test          as -S, with the time that it took\n"
	"  --check         are type and parameters right? asks no device; lists the hosts that they name\n"
	"  --timeout S     limit of one attempt in seconds\n"
	"  --ha-cf FILE    for --test, instead of " SYSCONFDIR "/ha.d/ha.cf\n"
	"  -V              print the version\n";

static const struct option long_options[] = {
	{"test", no_argument, NULL, OPTION_TEST},
	{"check", no_argument, NULL, OPTION_CHECK},
	{"timeout", required_argument, NULL, OPTION_TIMEOUT},
	{"ha-cf", required_argument, NULL, OPTION_HA_CF},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{0},
};

void options_usage(bool to_stderr)
{
	(void)fputs(usage, to_stderr ? stderr : stdout);
}

/* Print the error, if wrong is not NULL, and the usage.  Returns the exit status. */
static int refuse(const char *wrong)
{
	if (wrong)
		say_wrong("%s", wrong);
	options_usage(true);
	return STONITH_BADCONFIG;
}

static int refuse_word(const char *what, const char *word, const char *right)
{
	say_wrong("%s [%s]; %s", what, word, right);
	return refuse(NULL);
}

static bool parse_action(const char *word, enum stonith_action *action)
{
	for (int i = 0; i < STONITH_ACTIONS; i++)
		if (strcmp(word, stonith_action_name((enum stonith_action)i)) == 0) {
			*action = (enum stonith_action)i;
			return true;
		}
	return false;
}

static int take_option(struct options *o, int option)
{
	uint64_t limit = 0;
	switch (option) {
	case 't': o->type = optarg; break;
	case 'p': o->text = optarg; break;
	case 'F': o->file = optarg; break;
	case 'E': o->from_environment = true; break;
	case 's': o->silent = true; break;
	case 'n': o->names = true; break;
	case 'S': o->status = true; break;
	case 'l': o->list = true; break;
	case 'L': o->types = true; break;
	case 'm': o->metadata = true; break;
	case 'h': o->help = true; break;
	case 'V': o->version = true; break;
	case 'v': break;
	case 'd': o->debug++; break;
	case OPTION_TEST: o->test = true; break;
	case OPTION_CHECK: o->check = true; break;
	case OPTION_HA_CF: o->ha_cf = optarg; break;
	case OPTION_TIMEOUT:
		if (!bytes_to_u64(bytes_of(optarg), 10, &limit) || limit < 1 || limit > LIMIT_MAX_S)
			return refuse_word("bad timeout", optarg, "expected seconds, 1 to 86400");
		o->limit_s = (unsigned)limit;
		break;
	case 'T':
		if (!parse_action(optarg, &o->action))
			return refuse_word("bad reset type", optarg, "expected reset, on or off");
		break;
	case 'c':
		if (!bytes_to_u64(bytes_of(optarg), 10, &o->count) || o->count < 1)
			return refuse_word("bad count", optarg, "expected a number from 1 on");
		break;
	default: return refuse(NULL);
	}
	return OPTIONS_GO_ON;
}

static int take_operands(struct options *o, int argc, char **argv)
{
	o->pairs = argv + optind;
	while (optind < argc && strchr(argv[optind], '=')) {
		o->pair_count++;
		optind++;
	}
	if (o->pair_count > OPTIONS_PAIRS_MAX)
		return refuse("too many NAME=VALUE words; at most 50");
	if (optind < argc)
		o->node = argv[optind++];
	if (optind < argc)
		return refuse_word("more than one node", argv[optind], "parameters go before the node");
	return OPTIONS_GO_ON;
}

static int check_combination(const struct options *o)
{
	int sources = (o->text != NULL) + (o->file != NULL) + o->from_environment;
	bool asks = o->status || o->list || o->names || o->metadata || o->help || o->test || o->check;
	if (o->types || o->version || (o->help && !o->type))
		return OPTIONS_GO_ON;
	if (!o->type)
		return refuse("Must specify a type: -t TYPE; stonith -L lists them");
	if ((o->test || o->check) && (o->node || o->status || o->list || (o->test && o->check)))
		return refuse("--test and --check go with neither a node nor -S or -l, and not together");
	if (strcmp(o->type, "all") == 0 && !o->test)
		return refuse("-t all goes with --test only");
	if (sources > 1)
		return refuse("Please use just one of -F, -p, and -E options");
	if (sources > 0 && o->pair_count > 0)
		return refuse("Cannot mix name=value and -p, -F, or -E style arguments");
	if (!o->node && !asks)
		return refuse("Must specify what to do: -S, -l, or a node");
	return OPTIONS_GO_ON;
}

int options_parse(struct options *o, int argc, char **argv)
{
	*o = (struct options){.count = 1, .action = STONITH_RESET, .ha_cf = SYSCONFDIR "/ha.d/ha.cf"};
	for (int option; (option = getopt_long(argc, argv, "c:F:p:t:T:EsnSlLmvhVd", long_options, NULL)) != -1;) {
		int code = take_option(o, option);
		if (code != OPTIONS_GO_ON)
			return code;
	}
	int code = take_operands(o, argc, argv);
	return code == OPTIONS_GO_ON ? check_combination(o) : code;
}

void options_wipe(const struct options *o)
{
	for (size_t i = 0; i < o->pair_count; i++) {
		char *value = strchr(o->pairs[i], '=') + 1;
		memset(value, '*', strlen(value));
	}
	if (o->text)
		memset((char *)(uintptr_t)o->text, '*', strlen(o->text)); // the text is in argv, which may be changed
}
