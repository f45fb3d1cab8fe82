// SPDX-License-Identifier: MIT
/* A fencing device: its type (a row of the table in types.c), the values of its parameters, and the deadline of the
 * current attempt.  Runs nothing by itself. */
#ifndef STONITH_DEVICE_H
#define STONITH_DEVICE_H

#include <glib.h>
#include <stdbool.h>

#include "lib/mono.h"

/* Exit statuses of the command.  Scripts depend on the numbers. */
enum stonith_code {
	STONITH_OK,
	STONITH_BADCONFIG, /* also for every wrong command line */
	STONITH_ACCESS,    /* the device cannot be reached, or refuses the login */
	STONITH_INVAL,     /* a parameter is wrong, or the device does not support the action */
	STONITH_BADHOST,   /* the device does not control that host */
	STONITH_RESETFAIL, /* the action failed, or cannot be verified */
	STONITH_TIMEOUT,
	STONITH_ISOFF,
	STONITH_OOPS, /* unknown type, or any other error */
	STONITH_NO_LIST = 255,
};

enum stonith_action { STONITH_RESET, STONITH_ON, STONITH_OFF, STONITH_ACTIONS };

/* "reset", "on", "off". */
const char *stonith_action_name(enum stonith_action action);

enum parameter_kind { PARAMETER_TEXT, PARAMETER_NUMBER, PARAMETER_BOOLEAN, PARAMETER_CHOICE };
enum {
	PARAMETER_REQUIRED = 1,
	PARAMETER_NAMED = 2,  /* is set only by NAME=VALUE, not by its position; -n does not list it */
	PARAMETER_SECRET = 4, /* must not appear in an argument of a program, in a log or in a message */
};

struct parameter_row {
	const char *name;
	unsigned flags;
	enum parameter_kind kind;
	const char *preset;  /* NULL: none */
	const char *choices; /* PARAMETER_CHOICE: the values, with blanks between them */
	const char *help;    /* one line */
	const char *older;   /* another parameter, whose name is an older name of this one; NULL: none */
};

struct parameter {
	struct parameter_row row;
	const char *value; /* NULL: not set */
};

enum power_state { POWER_UNKNOWN, POWER_ON, POWER_OFF };

/* A machine that the device controls. */
struct host {
	const char *name; /* lower case */
	const char *plug; /* the device's own name for the machine: outlet, domain, path.  NULL: none is configured */
};

struct device;

/* The functions that power.c needs for a device whose power state can be read. */
struct power_ops {
	/* Returns POWER_UNKNOWN when the state cannot be read; device_note then has the reason. */
	enum power_state (*read)(struct device *d, const struct host *h);
	/* Returns false when the device refused or did not get the order; device_note then has the reason.  True does
	 * not prove that the power has changed: power.c reads the state afterwards. */
	bool (*order)(struct device *d, const struct host *h, bool on);
};

/* A row of the table of types.  A function that the type does not need is NULL. */
struct device_type {
	const char *name;    /* "ipmi"; "external/" and "fence/" are families, which have many members */
	const char *summary; /* one line */
	const char *help;    /* paragraphs for -h: what it does and what it proves */
	const struct parameter_row *parameters; /* ends with a NULL name */
	unsigned limit_s;    /* the time limit of one attempt; 0: DEVICE_LIMIT_S */
	unsigned refuses;    /* bits of the actions that the device does not support */
	bool any_parameter;  /* accepts parameters that it does not list */
	bool by_name_only;   /* its parameters have no order, so they are set only by name */
	/* Only for a family: add the names of its members, without the name of the family. */
	void (*members)(GPtrArray *names);
	/* Only for a family: find this member and read its parameters.  Returns false with the reason in why. */
	bool (*describe)(struct device *d, GString *why);
	/* Only for a family: returns the text for -h.  The device owns the text. */
	const char *(*text)(struct device *d);
	/* Only for a family: print the description for -m. */
	bool (*metadata)(struct device *d);
	/* Check the values of the parameters; all required ones are set.  Returns false with the reason in why. */
	bool (*check)(struct device *d, GString *why);
	/* Add the hosts (device_add_host).  NULL: the parameter hostlist or hostname has them.  Returns false when that
	 * fails; device_note then has the reason. */
	bool (*hosts)(struct device *d);
	/* With hosts: are they known from the parameters, without asking the device or its script?  NULL: no. */
	bool (*lists_hosts)(struct device *d);
	/* Is the device reachable?  NULL: always.  An exit status of the command. */
	int (*status)(struct device *d);
	/* Perform the action and verify its result.  NULL: power.c does this with the functions of power. */
	enum stonith_code (*act)(struct device *d, enum stonith_action action, const struct host *h);
	const struct power_ops *power;
};

enum { DEVICE_LIMIT_S = 60 };

struct device {
	const struct device_type *type;
	const char *name;   /* "fence/ipmilan" */
	const char *member; /* "ipmilan"; "": the type is not a family */
	GArray *parameters; /* struct parameter */
	GArray *hosts;      /* struct host; filled by device_load_hosts */
	bool has_hosts;
	void *data;         /* data of the driver, allocated with g_malloc */
	void (*free_data)(void *data);
	GStringChunk *strings;
	GString *note;      /* why the last step failed */
	struct mono deadline;
};

struct device *device_new(const struct device_type *type, const char *name);
void device_free(struct device *d);

/* Returns a copy of text that lives as long as the device. */
const char *device_keep(struct device *d, const char *text);
void device_add_parameter(struct device *d, const struct parameter_row *row);
/* Returns NULL when the device has no parameter of this name. */
struct parameter *device_parameter(struct device *d, const char *name);
/* Returns the value of a parameter, its preset, or NULL. */
const char *device_value(struct device *d, const char *name);

/* Returns true when the value is yes, true, on or 1. */
bool device_flag(struct device *d, const char *name);

/* plug may be NULL. */
void device_add_host(struct device *d, const char *name, const char *plug);
/* Add the hosts of a list: names separated by blanks, commas or semicolons, each of the form NAME or NAME:PLUG. */
void device_add_hosts(struct device *d, const char *list);
/* Fill d->hosts, once.  Returns false when that fails; device_note then has the reason. */
bool device_load_hosts(struct device *d);
/* Would that ask neither the device nor a script? */
bool device_lists_hosts(struct device *d);
/* NULL: the device does not control it.  Case does not count. */
const struct host *device_host(struct device *d, const char *name);

/* Store the reason why a step failed; the caller reports it.  Always returns false, so that a function can end with
 * "return device_note(...)". */
bool device_note(struct device *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Start an attempt now.  limit_s 0: the limit of the type. */
void device_begin(struct device *d, unsigned limit_s);
/* The time left until the deadline of the attempt; never negative. */
struct span device_time_left(const struct device *d);

#endif
