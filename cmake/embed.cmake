# Builds redis/*.lua and redis/redis.conf into the program, so that the binary
# needs no files beside it. Made: script_names.h (enum script), script_table.c
# (name, text and SHA1 of each, for EVALSHA), redis_conf.c.

set(generated ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${generated})

function(embed_bytes path out)
	file(READ ${path} hex HEX)
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
	set(${out} "${bytes}0x00" PARENT_SCOPE)
	set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY
		CMAKE_CONFIGURE_DEPENDS ${path})
endfunction()

file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/redis/*.lua)
set(names "")
set(texts "")
set(rows "")
foreach(path IN LISTS scripts)
	get_filename_component(name ${path} NAME_WE)
	string(TOUPPER ${name} upper)
	embed_bytes(${path} bytes)
	file(SHA1 ${path} sha1)
	string(APPEND names "\tSCRIPT_${upper},\n")
	string(APPEND texts "static const char ${name}[] = { ${bytes} };\n")
	string(APPEND rows "\t{ \"${name}\", ${name}, sizeof(${name}) - 1,\n\t  \"${sha1}\" },\n")
endforeach()
file(CONFIGURE OUTPUT ${generated}/script_names.h @ONLY CONTENT
"/* Made by cmake/embed.cmake from the scripts in redis/. */
enum script {
@names@	SCRIPTS,
};
")
file(CONFIGURE OUTPUT ${generated}/script_table.h @ONLY CONTENT
"/* Made by cmake/embed.cmake from the scripts in redis/. */
struct script_text {
	const char *name;
	const char *text;
	unsigned long len;
	const char *sha1; /* 40 hexadecimal digits */
};
extern const struct script_text script_table[];
")
file(CONFIGURE OUTPUT ${generated}/script_table.c @ONLY CONTENT
"/* Made by cmake/embed.cmake from the scripts in redis/. */
#include \"script_table.h\"
@texts@
const struct script_text script_table[] = {
@rows@	{ 0, 0, 0, 0 },
};
")
set(TRAWL_SCRIPTS ${generated}/script_table.c)
include_directories(${generated})

embed_bytes(${CMAKE_SOURCE_DIR}/redis/redis.conf bytes)
file(CONFIGURE OUTPUT ${generated}/redis_conf.c @ONLY CONTENT
"/* Made by cmake/embed.cmake from redis/redis.conf. */
extern const char redis_conf[];
const char redis_conf[] = { @bytes@ };
")
set(TRAWL_REDIS_CONF ${generated}/redis_conf.c)
