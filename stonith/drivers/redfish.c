// SPDX-License-Identifier: MIT
/* Controls a management controller with Redfish: one resource has the power state and accepts the orders. */
#include <curl/curl.h>
#include <jansson.h>
#include <string.h>

#include "stonith/drivers/drivers.h"
#include "stonith/waiting.h"

enum { CALL_LIMIT_MS = 15000, ANSWER_MAX = 1024 * 1024 };

static const char systems[] = "/redfish/v1/Systems";

static size_t take(char *data, size_t size, size_t count, void *context)
{
	GString *answer = context;
	if (answer->len + size * count > ANSWER_MAX)
		return 0; // curl reports an error
	g_string_append_len(answer, data, (gssize)(size * count));
	return size * count;
}

/* libcurl calls this at least once a second. */
static int progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t e)
{
	(void)context;
	(void)a;
	(void)b;
	(void)c;
	(void)e;
	return waiting_poll();
}

static void set_options(struct device *d, CURL *curl, const char *url)
{
	int64_t left = span_to_ms(device_time_left(d));
	long verify = device_flag(d, "ssl_verify");
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(left < CALL_LIMIT_MS ? left + 1 : CALL_LIMIT_MS));
	(void)curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
	(void)curl_easy_setopt(curl, CURLOPT_USERNAME, device_value(d, "userid"));
	(void)curl_easy_setopt(curl, CURLOPT_PASSWORD, device_value(d, "passwd"));
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, verify);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	if (device_value(d, "cafile"))
		(void)curl_easy_setopt(curl, CURLOPT_CAINFO, device_value(d, "cafile"));
}

static char *url_of(struct device *d, const char *path)
{
	const char *address = device_value(d, "ipaddr"), *port = device_value(d, "port");
	bool v6 = strchr(address, ':') != NULL && *address != '[';
	return g_strdup_printf("%s://%s%s%s%s%s%s", device_flag(d, "ssl") ? "https" : "http", v6 ? "[" : "", address,
		v6 ? "]" : "", port ? ":" : "", port ? port : "", path);
}

/* Send one request; body NULL: GET, otherwise POST.  Returns false with the reason in device_note. */
static bool ask(struct device *d, const char *path, const char *body, GString *answer)
{
	CURL *curl = curl_easy_init();
	char error[CURL_ERROR_SIZE] = "", *url = url_of(d, path);
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
	long status = 0;
	if (body)
		headers = curl_slist_append(headers, "Content-Type: application/json");
	set_options(d, curl, url);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	if (body)
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	CURLcode code = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	bool fine = code == CURLE_OK && status >= 200 && status < 300;
	if (code != CURLE_OK)
		(void)device_note(d, "%s: %s", url, *error ? error : curl_easy_strerror(code));
	else if (!fine)
		(void)device_note(d, "%s: HTTP status %ld", url, status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	g_free(url);
	return fine;
}

/* Read a resource.  Returns NULL with the reason in device_note. */
static json_t *fetch(struct device *d, const char *path)
{
	GString *answer = g_string_new(NULL);
	json_error_t error;
	json_t *json = NULL;
	if (ask(d, path, NULL, answer)) {
		json = json_loadb(answer->str, answer->len, 0, &error);
		if (!json)
			(void)device_note(d, "%s: the answer is not JSON: %s", path, error.text);
	}
	g_string_free(answer, TRUE);
	return json;
}

/* Returns the path of the controller's only system, or NULL with the reason in device_note. */
static char *only_system(struct device *d)
{
	json_t *list = fetch(d, systems), *members = list ? json_object_get(list, "Members") : NULL;
	size_t count = json_array_size(members);
	const char *path = json_string_value(json_object_get(json_array_get(members, 0), "@odata.id"));
	char *copy = NULL;
	if (count == 1 && path && *path == '/')
		copy = g_strdup(path);
	else if (list)
		(void)device_note(d, "the controller has %zu systems; expected hostlist=NAME:SYSTEM", count);
	json_decref(list);
	return copy;
}

static char *system_path(struct device *d, const struct host *h)
{
	if (!h->plug)
		return only_system(d);
	return *h->plug == '/' ? g_strdup(h->plug) : g_strdup_printf("%s/%s", systems, h->plug);
}

/* Returns the resource of the machine, and sets *path.  NULL: device_note has the reason. */
static json_t *fetch_system(struct device *d, const struct host *h, char **path)
{
	*path = system_path(d, h);
	return *path ? fetch(d, *path) : NULL;
}

static enum power_state read_power(struct device *d, const struct host *h)
{
	char *path;
	json_t *machine = fetch_system(d, h, &path);
	const char *text = json_string_value(json_object_get(machine, "PowerState"));
	enum power_state state = POWER_UNKNOWN;
	if (text && strcmp(text, "On") == 0)
		state = POWER_ON;
	else if (text && strcmp(text, "Off") == 0)
		state = POWER_OFF;
	else if (machine)
		(void)device_note(d, "%s: PowerState is %s", path, text ? text : "missing"); // for example PoweringOff
	json_decref(machine);
	g_free(path);
	return state;
}

/* Returns the first of the words that the controller accepts, or the first word when the controller has no list. */
static const char *choose(const json_t *action, const char *const words[])
{
	const json_t *allowed = json_object_get(action, "ResetType@Redfish.AllowableValues");
	for (int i = 0; words[i]; i++)
		for (size_t k = 0; k < json_array_size(allowed); k++) {
			const char *value = json_string_value(json_array_get(allowed, k));
			if (value && strcmp(value, words[i]) == 0)
				return words[i];
		}
	return words[0];
}

static bool order(struct device *d, const struct host *h, bool on)
{
	static const char *const off_words[] = {"ForceOff", NULL}, *const on_words[] = {"On", "ForceOn", NULL};
	char *path;
	json_t *machine = fetch_system(d, h, &path);
	bool fine = false;
	if (machine) {
		const json_t *action = json_object_get(json_object_get(machine, "Actions"), "#ComputerSystem.Reset");
		const char *target = json_string_value(json_object_get(action, "target"));
		char *usual = g_strconcat(path, "/Actions/ComputerSystem.Reset", NULL);
		char *body = g_strdup_printf("{\"ResetType\":\"%s\"}", choose(action, on ? on_words : off_words));
		GString *answer = g_string_new(NULL);
		// target must be a path: the password must not be sent to another host
		fine = ask(d, target && *target == '/' ? target : usual, body, answer);
		g_string_free(answer, TRUE);
		g_free(body);
		g_free(usual);
	}
	json_decref(machine);
	g_free(path);
	return fine;
}

static const struct parameter_row parameters[] = {
	{.name = "hostlist", .flags = PARAMETER_REQUIRED,
		.help = "the hosts, each as NAME or, when the controller has several systems, NAME:SYSTEM"},
	{.name = "ipaddr", .flags = PARAMETER_REQUIRED, .help = "address of the controller"},
	{.name = "userid", .flags = PARAMETER_REQUIRED, .help = "user"},
	{.name = "passwd", .flags = PARAMETER_REQUIRED | PARAMETER_SECRET, .help = "password"},
	{.name = "port", .flags = PARAMETER_NAMED, .kind = PARAMETER_NUMBER, .help = "TCP port"},
	{.name = "ssl", .flags = PARAMETER_NAMED, .kind = PARAMETER_BOOLEAN, .preset = "yes", .help = "https"},
	{.name = "ssl_verify", .flags = PARAMETER_NAMED, .kind = PARAMETER_BOOLEAN, .preset = "yes",
		.help = "check the certificate; most controllers have a self-signed one: then give it as cafile"},
	{.name = "cafile", .flags = PARAMETER_NAMED, .help = "file of the certificates to trust"},
	{0},
};

static const struct power_ops power = {read_power, order};

const struct device_type redfish_type = {
	.name = "redfish",
	.summary = "the management controller of a machine, by Redfish",
	.help = "Orders ForceOff, reads PowerState back until it is Off, orders On. When the controller shares the power "
		"supply of its machine and loses it too, nothing can be proven.",
	.parameters = parameters,
	.power = &power,
};
