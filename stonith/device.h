// SPDX-License-Identifier: MIT
/* A fencing device: its type (a row of the table in types.c), the values of its parameters, and how long the present
 * attempt may take.  Runs nothing by itself. */
#ifndef STONITH_DEVICE_H
#define STONITH_DEVICE_H

#include <glib.h>
#include <stdbool.h>

#include "lib/mono.h"

/* Exit statuses of the command; scripts know the numbers. */
enum stonith_code {
	STONITH_OK,
	STONITH_BADCONFIG, /* also every wrong command line */
	STONITH_ACCESS,    /* the device cannot be reached, or refuses the login */
	STONITH_INVAL,     /* a parameter is wrong, or the device cannot do that */
	STONITH_BADHOST,   /* the device does not control that host */
	STONITH_RESETFAIL, /* the action failed, or cannot be verified */
	STONITH_TIMEOUT,
	STONITH_ISOFF,
	STONITH_OOPS, /* unknown type, and everything else */
	STONITH_NO_LIST = 255,
};

enum stonith_action { STONITH_RESET, STONITH_ON, STONITH_OFF, STONITH_ACTIONS };

/* "reset", "on", "off". */
const char *stonith_action_name(enum stonith_action action);

enum parameter_kind { PARAMETER_TEXT, PARAMETER_NUMBER, PARAMETER_BOOLEAN, PARAMETER_CHOICE };
enum {
	PARAMETER_REQUIRED = 1,
	PARAMETER_NAMED = 2,  /* is set by NAME=VALUE only, never by position; -n does not list it */
	PARAMETER_SECRET = 4, /* never in an argument of a program, in a log or in a message */
};

struct parameter_row {
	const char *name;
	unsigned flags;
	enum parameter_kind kind;
	const char *preset;  /* NULL: none */
	const char *choices; /* PARAMETER_CHOICE: the values, with blanks between them */
	const char *help;    /* one line */
	const char *older;   /* an older name of the same parameter, which is one of the others; NULL: none */
};

struct parameter {
	struct parameter_row row;
	const char *value; /* NULL: not set */
};

enum power_state { POWER_UNKNOWN, POWER_ON, POWER_OFF };

/* A machine that the device controls. */
struct host {
	const char *name; /* lower case */
	const char *plug; /* the device's own name of it: outlet, domain, path.  NULL: none is configured */
};

struct device;

/* What power.c needs of a device whose power can be read. */
struct power_ops {
	/* POWER_UNKNOWN: not readable, why is in device_note. */
	enum power_state (*read)(struct device *d, const struct host *h);
	/* false: refused or not delivered, why is in device_note.  True proves nothing: power.c reads back. */
	bool (*order)(struct device *d, const struct host *h, bool on);
};

/* A row of the table.  What is NULL is not needed. */
struct device_type {
	const char *name;    /* "ipmi"; "external/" and "fence/" are families, each with many members */
	const char *summary; /* one line */
	const char *help;    /* paragraphs for -h: what it does and what it proves */
	const struct parameter_row *parameters; /* ends with a NULL name */
	unsigned limit_s;    /* of one attempt; 0: DEVICE_LIMIT_S */
	unsigned refuses;    /* bits of actions that the device does not have */
	bool any_parameter;  /* takes parameters that it does not list */
	bool by_name_only;   /* its parameters have no order */
	/* A family: add the names of its members, without the name of the family. */
	void (*members)(GPtrArray *names);
	/* A family: find this member and learn its parameters.  False: why. */
	bool (*describe)(struct device *d, GString *why);
	/* A family: the text for -h.  Owned by the device. */
	const char *(*text)(struct device *d);
	/* A family: print the description for -m itself. */
	bool (*metadata)(struct device *d);
	/* All parameters are there; is their meaning right too?  False: why. */
	bool (*check)(struct device *d, GString *why);
	/* Add the hosts (device_add_host).  NULL: from the parameter hostlist or hostname.  False: device_note. */
	bool (*hosts)(struct device *d);
	/* With hosts: are they known from the parameters, without asking the device or its script?  NULL: no. */
	bool (*lists_hosts)(struct device *d);
	/* Is the device reachable?  NULL: always.  An exit status of the command. */
	int (*status)(struct device *d);
	/* The action, verified.  NULL: power.c with the functions of power. */
	enum stonith_code (*act)(struct device *d, enum stonith_action action, const struct host *h);
	const struct power_ops *power;
};

enum { DEVICE_LIMIT_S = 60 };

struct device {
	const struct device_type *type;
	const char *name;   /* "fence/ipmilan" */
	const char *member; /* "ipmilan"; "": no member of a family */
	GArray *parameters; /* struct parameter */
	GArray *hosts;      /* struct host, after device_load_hosts */
	bool has_hosts;
	void *data;         /* of the driver, allocated with g_malloc */
	void (*free_data)(void *data);
	GStringChunk *strings;
	GString *note;      /* why the last step failed */
	struct mono deadline;
};

struct device *device_new(const struct device_type *type, const char *name);
void device_free(struct device *d);

/* A copy that lives as long as the device. */
const char *device_keep(struct device *d, const char *text);
void device_add_parameter(struct device *d, const struct parameter_row *row);
/* NULL: there is none of this name. */
struct parameter *device_parameter(struct device *d, const char *name);
/* Its value, or its preset, or NULL. */
const char *device_value(struct device *d, const char *name);

/* yes, true, on and 1 are true. */
bool device_flag(struct device *d, const char *name);

/* plug may be NULL. */
void device_add_host(struct device *d, const char *name, const char *plug);
/* Add what a list has: names with blanks, commas or semicolons between them, each perhaps as NAME:PLUG. */
void device_add_hosts(struct device *d, const char *list);
/* Learn the hosts, once.  False: device_note. */
bool device_load_hosts(struct device *d);
/* Would that ask neither the device nor a script? */
bool device_lists_hosts(struct device *d);
/* NULL: the device does not control it.  Case does not count. */
const struct host *device_host(struct device *d, const char *name);

/* Remember why a step failed; the caller reports it.  Returns false, so that a step can end with it. */
bool device_note(struct device *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An attempt begins now.  limit_s 0: the limit of the type. */
void device_begin(struct device *d, unsigned limit_s);
/* Of the attempt; never negative. */
struct span device_time_left(const struct device *d);

#endif
