# Builds the country names of iso-codes (ISO 3166-1: common_name, else name)
# into country_names.c, ordered by code for a binary search.

set(TRAWL_ISO_3166 /usr/share/iso-codes/json/iso_3166-1.json CACHE FILEPATH
	"the ISO 3166-1 list of the package iso-codes")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${TRAWL_ISO_3166})
file(READ ${TRAWL_ISO_3166} iso)
string(JSON last LENGTH ${iso} "3166-1")
math(EXPR last "${last} - 1")
set(rows "")
foreach(i RANGE ${last})
	string(JSON code GET ${iso} "3166-1" ${i} alpha_2)
	string(JSON name ERROR_VARIABLE missing GET ${iso} "3166-1" ${i} common_name)
	if(missing)
		string(JSON name GET ${iso} "3166-1" ${i} name)
	endif()
	list(APPEND rows "\t{ \"${code}\", \"${name}\" },\n")
endforeach()
list(SORT rows)
list(JOIN rows "" rows)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/country_names.h @ONLY CONTENT
"/* Made by cmake/countries.cmake from iso-codes. */
struct country_row {
	char code[3];
	const char *name;
};
extern const struct country_row country_rows[];
extern const unsigned country_rows_len;
")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/country_names.c @ONLY CONTENT
"/* Made by cmake/countries.cmake from iso-codes. */
#include \"country_names.h\"
const struct country_row country_rows[] = {
@rows@};
const unsigned country_rows_len = sizeof(country_rows) / sizeof(country_rows[0]);
")
set(TRAWL_COUNTRY_NAMES ${CMAKE_BINARY_DIR}/generated/country_names.c)
