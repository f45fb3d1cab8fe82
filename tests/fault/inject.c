// SPDX-License-Identifier: MIT
/* Preloaded into the real daemon: makes one call fail in the life of a node.  The environment controls it:
 *
 *   FAULT_STATE  a file of FAULT_STATE_BYTES zeros or more, shared by all processes that it is preloaded into:
 *                its first byte is the switch ('1': count from now on), so that the runner can let a pair
 *                settle before a story starts
 *   FAULT_WANT   PROCESS:FAMILY:N[:TIMES]: the N-th place of this family in this process
 *                (starter, guardian, engine) fails, TIMES times (default 1) in a row
 *   FAULT_RECORD not empty: every place is written to FAULT_STATE.sites
 *   FAULT_PROGRAM if set, only programs of this name are affected, not the programs that they start
 *
 * It counts places (a call with its call stack), not calls.  The same call from the same place fails only the first
 * time, so a story has hundreds of failures and not a million.  The place that failed is written to FAULT_STATE.hit, in
 * the form of a line of sites: PROCESS FAMILY N CALL FRAME...; a frame is an offset in the program, or the name of
 * another library.
 *
 * In a test program without FAULT_STATE, calls are counted one by one: fault.h. */
#include "tests/fault/fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <linux/futex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ROLE_STARTER, ROLE_GUARDIAN, ROLE_ENGINE, ROLES };
enum { SITES_MAX = 8192, FRAMES_MAX = 24, OWN_FRAMES = 2, LINE_MAX_BYTES = 1024, PLACE_FRAMES = 4, GLIB_FRAMES = 2 };

static const char *const role_names[ROLES] = {"starter", "guardian", "engine"};
static const char *const family_names[FAULT_FAMILIES] = {
	"malloc", "open", "read", "write", "file", "fork", "socket", "setup"};

struct state {
	char armed;
	uint32_t lock;
	uint32_t counts[ROLES][FAULT_FAMILIES];
	uint64_t failing; /* the place that was chosen */
	uint32_t fails;   /* how many more times it fails */
	uint64_t sites[SITES_MAX];
};

static struct state *state;
static char path[256];
static bool record;
static unsigned role = ROLE_STARTER, want_role, want_family, want_n, want_times = 1;
static uintptr_t exe_from, exe_to;

/* Calls of this module itself are not counted.  It must not allocate memory, because it runs inside malloc. */
static __thread bool inside __attribute__((tls_model("initial-exec")));

const char *fault_family_name(enum fault_family family)
{
	return family_names[family];
}

/* --- the real daemon --- */

static int find_exe(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size, (void)unused;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		uintptr_t end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
		if (info->dlpi_phdr[i].p_type == PT_LOAD && end > exe_to)
			exe_to = end;
	}
	exe_from = info->dlpi_addr;
	return 1; /* the first one is the program */
}

static unsigned number_of(const char *const *names, unsigned count, const char *name, size_t len)
{
	for (unsigned i = 0; i < count; i++)
		if (strlen(names[i]) == len && strncmp(names[i], name, len) == 0)
			return i;
	return count;
}

static void parse_want(const char *want)
{
	const char *family = strchr(want, ':'), *n = family ? strchr(family + 1, ':') : NULL,
		   *times = n ? strchr(n + 1, ':') : NULL;
	if (!n)
		return;
	want_role = number_of(role_names, ROLES, want, (size_t)(family - want));
	want_family = number_of(family_names, FAULT_FAMILIES, family + 1, (size_t)(n - family - 1));
	want_n = (unsigned)atoi(n + 1);
	want_times = times ? (unsigned)atoi(times + 1) : 1;
}

__attribute__((constructor)) static void begin(void)
{
	const char *name = getenv("FAULT_STATE"), *want = getenv("FAULT_WANT"), *recording = getenv("FAULT_RECORD");
	void *frames[2];
	inside = true;
	(void)dl_iterate_phdr(find_exe, NULL);
	(void)backtrace(frames, 2); /* its first use loads a library */
	inside = false;
	const char *program = getenv("FAULT_PROGRAM");
	if (!name || (program && strcmp(program, program_invocation_short_name) != 0))
		return;
	inside = true;
	(void)snprintf(path, sizeof path, "%s", name);
	record = recording && *recording;
	if (want)
		parse_want(want);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *memory =
		fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED || lseek(fd, 0, SEEK_END) < (off_t)sizeof(struct state)) {
		fprintf(stderr, "inject: %s cannot be used, or has fewer than %zu bytes\n", path, sizeof(struct state));
		_exit(99);
	}
	(void)close(fd);
	state = memory;
	inside = false;
}

void fault_title(const char *title)
{
	role = strstr(title, "engine") ? ROLE_ENGINE : strstr(title, "guardian") ? ROLE_GUARDIAN : role;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * 0x100000001b3u;
}

static bool in_exe(const void *frame)
{
	return (uintptr_t)frame >= exe_from && (uintptr_t)frame < exe_to;
}

/* A place as a hash: the process, the call, and the innermost frames of the program.  Frames are relative to the
 * program, because it is loaded at another address each time.  Outer frames, such as the caller that wanted a log line
 * or a checksum, make no difference. */
static uint64_t place(enum fault_family family, const char *call, void *const *frames, int count)
{
	uint64_t hash = mix(mix(0xcbf29ce484222325u, role), family);
	int used = 0, most = PLACE_FRAMES;
	Dl_info info;
	/* When an allocation of GLib fails, the process always ends, so only the moment matters. */
	if (family == FAULT_MALLOC && count > 0 && !in_exe(frames[0]) && dladdr(frames[0], &info) &&
		strstr(info.dli_fname, "libglib"))
		most = GLIB_FRAMES, call = "glib";
	for (const char *c = call; *c; c++)
		hash = mix(hash, (unsigned char)*c);
	for (int i = 0; i < count && used < most; i++)
		if (in_exe(frames[i]) && ++used)
			hash = mix(hash, (uintptr_t)frames[i] - exe_from);
	return hash ? hash : 1;
}

static void write_line(
	const char *suffix, enum fault_family family, unsigned n, const char *call, void *const *frames, int count)
{
	char name[300], line[LINE_MAX_BYTES];
	(void)snprintf(name, sizeof name, "%s.%s", path, suffix);
	size_t len =
		(size_t)snprintf(line, sizeof line, "%s %s %u %s", role_names[role], family_names[family], n, call);
	for (int i = 0; i < count && len < sizeof line - 80; i++) {
		Dl_info info;
		if (in_exe(frames[i]))
			len += (size_t)snprintf(line + len, sizeof line - len, " 0x%lx",
				(unsigned long)((uintptr_t)frames[i] - exe_from - 1));
		else if (dladdr(frames[i], &info) && info.dli_fname)
			len += (size_t)snprintf(line + len, sizeof line - len, " %.40s",
				info.dli_sname                 ? info.dli_sname
				: strrchr(info.dli_fname, '/') ? strrchr(info.dli_fname, '/') + 1
							       : info.dli_fname);
	}
	line[len++] = '\n';
	int fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd >= 0) {
		(void)!write(fd, line, len);
		(void)close(fd);
	}
}

/* Called with the lock: number a new place; returns whether this call must fail. */
static bool judge(enum fault_family family, const char *call, uint64_t hash, void *const *frames, int count)
{
	size_t at = hash % SITES_MAX, looked = 0;
	while (state->sites[at] != 0 && state->sites[at] != hash && looked++ < SITES_MAX)
		at = (at + 1) % SITES_MAX;
	if (state->sites[at] != hash && looked < SITES_MAX) {
		state->sites[at] = hash;
		unsigned n = ++state->counts[role][family];
		if (record)
			write_line("sites", family, n, call, frames, count);
		if (role == want_role && family == want_family && n == want_n) {
			write_line("hit", family, n, call, frames, count);
			state->failing = hash;
			state->fails = want_times;
		}
	}
	if (state->failing != hash || state->fails == 0)
		return false;
	state->fails--;
	return true;
}

/* The engine runs with a real-time priority, but a command does not.  With FUTEX_LOCK_PI a waiting process gives its
 * priority to the holder; otherwise it would wait for a holder that gets no CPU.  The value of the lock is 0 or the
 * thread that holds it, as futex(2) requires; the processes share a PID namespace. */
static void lock(void)
{
	uint32_t me = (uint32_t)gettid(), dead = 0;
	for (;;) {
		uint32_t holder = 0;
		if (__atomic_compare_exchange_n(&state->lock, &holder, me, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return;
		if (syscall(SYS_futex, &state->lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0)
			return;
		holder = __atomic_load_n(&state->lock, __ATOMIC_RELAXED);
		if (errno == ESRCH && holder == dead && /* twice for the same holder: it was killed with the lock */
		    __atomic_compare_exchange_n(&state->lock, &holder, me, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return;
		dead = errno == ESRCH ? holder : 0;
	}
}

static void unlock(void)
{
	uint32_t me = (uint32_t)gettid();
	if (!__atomic_compare_exchange_n(&state->lock, &me, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		(void)syscall(SYS_futex, &state->lock, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0); /* another process waits */
}

static bool due_in_daemon(enum fault_family family, const char *call)
{
	void *frames[FRAMES_MAX];
	int count = backtrace(frames, FRAMES_MAX), skip = count < OWN_FRAMES ? count : OWN_FRAMES;
	uint64_t hash = place(family, call, frames + skip, count - skip);
	lock();
	bool due = judge(family, call, hash, frames + skip, count - skip);
	unlock();
	return due;
}

/* --- a test program --- */

static struct {
	bool armed, paused, fired;
	enum fault_family family;
	unsigned n;
	bool by_place;
	uint64_t places[SITES_MAX];
	bool *report_fired;
	char *call, *caller;
	size_t call_cap, caller_cap;
	long memory;
} own;

void fault_report_to(bool *fired, char *call, size_t call_cap, char *caller, size_t caller_cap)
{
	own.report_fired = fired;
	own.call = call;
	own.call_cap = call_cap;
	own.caller = caller;
	own.caller_cap = caller_cap;
}

void fault_arm(enum fault_family family, unsigned n)
{
	own.armed = true;
	own.paused = own.fired = false;
	own.family = family;
	own.n = n;
	own.memory = 0;
	memset(own.places, 0, sizeof own.places);
}

void fault_by_place(bool on)
{
	own.by_place = on;
}

void fault_pause(bool on)
{
	own.paused = on;
}

bool fault_disarm(void)
{
	own.armed = false;
	return own.fired;
}

long fault_memory(void)
{
	return own.memory;
}

void fault_took(void *piece)
{
	own.memory += own.armed && !own.paused && piece;
}

void fault_gave(void *piece)
{
	own.memory -= own.armed && !own.paused && piece;
}

/* The caller is the first frame below those of this file and calls.c. */
static void report_failure(const char *call)
{
	void *frames[3] = {NULL, NULL, NULL};
	Dl_info info;
	(void)backtrace(frames, 3);
	if (own.report_fired)
		*own.report_fired = true;
	if (own.call)
		(void)snprintf(own.call, own.call_cap, "%s", call);
	for (int i = 0; own.caller && i < 3; i++)
		if (frames[i] && !in_exe(frames[i]) && dladdr(frames[i], &info) && info.dli_fname)
			(void)snprintf(own.caller, own.caller_cap, "%s",
				strrchr(info.dli_fname, '/') ? strrchr(info.dli_fname, '/') + 1 : info.dli_fname);
}

/* Here the whole call stack makes a place. */
static bool is_new_place(void)
{
	void *frames[FRAMES_MAX];
	int count = backtrace(frames, FRAMES_MAX);
	uint64_t hash = 0xcbf29ce484222325u;
	for (int i = 0; i < count; i++)
		hash = mix(hash, (uintptr_t)frames[i]);
	size_t at = hash % SITES_MAX;
	while (own.places[at] != 0 && own.places[at] != hash)
		at = (at + 1) % SITES_MAX;
	bool is_new = own.places[at] == 0;
	own.places[at] = hash;
	return is_new;
}

static bool due_in_test(enum fault_family family, const char *call)
{
	if (own.paused || family != own.family || own.n == 0 || (own.by_place && !is_new_place()) || --own.n > 0)
		return false;
	own.fired = true;
	report_failure(call);
	return true;
}

bool fault_due(enum fault_family family, const char *call)
{
	if (inside || (!own.armed && (!state || state->armed != '1')))
		return false;
	int saved = errno;
	inside = true;
	bool due = state ? due_in_daemon(family, call) : due_in_test(family, call);
	inside = false;
	errno = saved;
	return due;
}
