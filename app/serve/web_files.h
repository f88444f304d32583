/* SPDX-License-Identifier: ISC
 *
 * What lies in web/, inside the program (tools/embed). Text ends in a NUL that does not count. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define WEB_FILE(name)               \
	extern const uint8_t name[]; \
	extern const size_t name##_len

WEB_FILE(web_report_css);
WEB_FILE(web_page_html);
WEB_FILE(web_page_css);
WEB_FILE(web_page_js);
WEB_FILE(web_alert_js);
WEB_FILE(web_login_html);
WEB_FILE(web_login_js);
WEB_FILE(web_icon_svg);
WEB_FILE(web_openapi_json);
