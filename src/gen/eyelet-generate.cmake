# eyelet_generate(TARGET target BACKEND protobuf-c PROTOS file... [IMPORT_DIRS dir...])
#
# Generates messages (x.pb-c.[ch], by protoc-gen-eyelet-c, which runs protobuf-c's plugin), services and clients
# (x.eyelet.[ch], by protoc-gen-eyelet) of .proto files while <target> is built, and adds them to it. Link it with
# eyelet::eyelet besides.
#
# TARGET       a program or library of this directory. A library passes the folder of the headers on to its users
# BACKEND      which messages; protobuf-c
# PROTOS       files, looked for in this directory, in IMPORT_DIRS, and among those that come with protoc, such as
#              google/protobuf/empty.proto: what is imported must be listed, too, for this target or for a library that
#              it links; if not, the build ends with a sentence that names the file
# IMPORT_DIRS  where imports are looked for. A file's name within the first of these that it is in, else within this
#              directory, else within its own, is what imports and includes call it: sub/x.proto, "sub/x.eyelet.h"
#
# Everything is made again when a file, one that it imports, or a generator changes.

cmake_policy(PUSH)
cmake_policy(VERSION 3.25)

# Options and target make sense, or the configuration ends.
function(_eyelet_generate_check)
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    if(NOT "C" IN_LIST languages)
        message(FATAL_ERROR "eyelet_generate: the generated code is C, and this project has not enabled it: "
            "project(${PROJECT_NAME} LANGUAGES C ...)")
    endif()
    if(DEFINED arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "eyelet_generate: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    foreach(argument TARGET BACKEND PROTOS)
        if(NOT arg_${argument})
            message(FATAL_ERROR "eyelet_generate: ${argument} is missing: "
                "eyelet_generate(TARGET target BACKEND protobuf-c PROTOS file... [IMPORT_DIRS dir...])")
        endif()
    endforeach()
    if(NOT arg_BACKEND STREQUAL "protobuf-c")
        message(FATAL_ERROR "eyelet_generate: there is no BACKEND '${arg_BACKEND}': protobuf-c is the only one so far")
    endif()
    if(NOT TARGET ${arg_TARGET})
        message(FATAL_ERROR "eyelet_generate: there is no target '${arg_TARGET}'; add it before")
    endif()
    get_target_property(type ${arg_TARGET} TYPE)
    if(NOT type MATCHES "^(EXECUTABLE|(STATIC|SHARED|MODULE|OBJECT)_LIBRARY)$")
        message(FATAL_ERROR "eyelet_generate: target '${arg_TARGET}' compiles nothing: it is an ${type}")
    endif()
    get_target_property(dir ${arg_TARGET} SOURCE_DIR)
    if(NOT dir STREQUAL CMAKE_CURRENT_SOURCE_DIR)
        message(FATAL_ERROR "eyelet_generate: target '${arg_TARGET}' is of ${dir}; generate for it there")
    endif()
endfunction()

# The programs that it takes; what is missing is named with the package that brings it.
macro(_eyelet_generate_find)
    find_program(EYELET_PROTOC protoc)
    find_program(EYELET_PROTOC_GEN_C NAMES protoc-gen-c)
    find_path(EYELET_PROTOBUF_DIR google/protobuf/descriptor.proto)
    mark_as_advanced(EYELET_PROTOC EYELET_PROTOC_GEN_C EYELET_PROTOBUF_DIR)
    if(NOT EYELET_PROTOC)
        message(FATAL_ERROR "eyelet_generate: there is no protoc; in Debian it is in the package protobuf-compiler")
    endif()
    if(NOT EYELET_PROTOC_GEN_C)
        message(FATAL_ERROR
            "eyelet_generate: there is no protoc-gen-c; in Debian it is in the package protobuf-c-compiler")
    endif()
    if(NOT EYELET_PROTOBUF_DIR)
        message(FATAL_ERROR "eyelet_generate: there is no google/protobuf/descriptor.proto; "
            "in Debian it is in the package libprotobuf-dev")
    endif()
    foreach(plugin protoc-gen-eyelet protoc-gen-eyelet-c)
        if(NOT TARGET eyelet::${plugin})
            message(FATAL_ERROR "eyelet_generate: there is no target eyelet::${plugin}; find_package(eyelet) has it")
        endif()
    endforeach()
endmacro()

# Sets <ret_file> to the file's absolute path and <ret_dir> to the folder within which it is named.
function(_eyelet_generate_locate proto dirs ret_file ret_dir)
    set(file "")
    foreach(dir IN LISTS dirs)
        cmake_path(ABSOLUTE_PATH proto BASE_DIRECTORY ${dir} NORMALIZE OUTPUT_VARIABLE candidate)
        if(EXISTS "${candidate}" AND NOT IS_DIRECTORY "${candidate}")
            set(file "${candidate}")
            break()
        endif()
    endforeach()
    if(NOT file)
        list(JOIN dirs ", " looked)
        message(FATAL_ERROR "eyelet_generate: there is no ${proto}; looked in ${looked}")
    endif()

    cmake_path(GET file PARENT_PATH root)
    foreach(dir IN LISTS dirs)
        cmake_path(IS_PREFIX dir "${file}" is_inside)
        if(is_inside)
            set(root "${dir}")
            break()
        endif()
    endforeach()
    set(${ret_file} "${file}" PARENT_SCOPE)
    set(${ret_dir} "${root}" PARENT_SCOPE)
endfunction()

# One .proto file, named <name> within one of <imports>: the rule that makes its four files, added to the target.
function(_eyelet_generate_add target out name file imports others)
    string(REGEX REPLACE "\\.proto(devel)?$" "" stem "${name}")
    cmake_path(APPEND out "${stem}" OUTPUT_VARIABLE base)
    # Ninja wants the first of these to be the first in the list of dependencies, and protoc sorts that.
    set(outputs "${base}.eyelet.c" "${base}.eyelet.h" "${base}.pb-c.c" "${base}.pb-c.h")
    list(TRANSFORM imports PREPEND "-I")

    # What is imported is made for this target, too, or its header is where the compiler would find it, and was made
    # before this runs: a library that is linked is built first. A comma would end the option.
    set(made "$<FILTER:$<TARGET_PROPERTY:${target},EYELET_GENERATE_NAMES>,EXCLUDE,$<COMMA>>")
    set(dirs "$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>;${CMAKE_C_IMPLICIT_INCLUDE_DIRECTORIES}")
    set(dirs "$<FILTER:${dirs},EXCLUDE,(^$)|$<COMMA>>")

    # protoc lists what it read, but without a care for spaces: then all files of this call have to do.
    set(depends "${file}" ${others})
    set(write_depfile "")
    set(read_depfile "")
    if(NOT "${out};${file};${imports}" MATCHES "[ #$\\]")
        set(depends "${file}")
        set(write_depfile "--dependency_out=${base}.d")
        set(read_depfile DEPFILE "${base}.d")
        cmake_path(GET base PARENT_PATH dir)
        file(MAKE_DIRECTORY "${dir}")
    endif()

    add_custom_command(
        OUTPUT ${outputs}
        COMMAND "${CMAKE_COMMAND}" -E env "EYELET_PROTOC_GEN_C=${EYELET_PROTOC_GEN_C}"
                "${EYELET_PROTOC}" ${imports} ${write_depfile}
                "--plugin=protoc-gen-eyelet-c=$<TARGET_FILE:eyelet::protoc-gen-eyelet-c>" "--eyelet-c_out=${out}"
                "--plugin=protoc-gen-eyelet=$<TARGET_FILE:eyelet::protoc-gen-eyelet>" "--eyelet_out=${out}"
                "$<$<BOOL:${made}>:--eyelet_opt=import=$<JOIN:${made},$<COMMA>import=>>"
                "$<$<BOOL:${dirs}>:--eyelet_opt=import_dir=$<JOIN:${dirs},$<COMMA>import_dir=>>"
                "${file}"
        DEPENDS ${depends} "${EYELET_PROTOC_GEN_C}" "$<TARGET_FILE:eyelet::protoc-gen-eyelet-c>"
                "$<TARGET_FILE:eyelet::protoc-gen-eyelet>"
        ${read_depfile}
        COMMENT "Generating messages, services and clients of ${name}"
        COMMAND_EXPAND_LISTS VERBATIM)
    target_sources(${target} PRIVATE ${outputs})
endfunction()

function(eyelet_generate)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET;BACKEND" "PROTOS;IMPORT_DIRS")
    _eyelet_generate_check()
    _eyelet_generate_find()

    set(dirs "")
    foreach(dir IN LISTS arg_IMPORT_DIRS ITEMS "${CMAKE_CURRENT_SOURCE_DIR}" "${EYELET_PROTOBUF_DIR}")
        cmake_path(ABSOLUTE_PATH dir BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
        string(REGEX REPLACE "(.)/$" "\\1" dir "${dir}")
        list(APPEND dirs "${dir}")
    endforeach()
    list(REMOVE_DUPLICATES dirs)

    set(imports ${dirs})
    set(files "")
    set(names "")
    foreach(proto IN LISTS arg_PROTOS)
        _eyelet_generate_locate("${proto}" "${dirs}" file root)
        cmake_path(RELATIVE_PATH file BASE_DIRECTORY "${root}" OUTPUT_VARIABLE name)
        list(APPEND imports "${root}")
        list(APPEND files "${file}")
        list(APPEND names "${name}")
    endforeach()
    list(REMOVE_DUPLICATES imports)

    set(out "${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}.eyelet") # one for each target: two may share a .proto file
    file(MAKE_DIRECTORY "${out}")

    set_property(TARGET ${arg_TARGET} APPEND PROPERTY EYELET_GENERATE_NAMES ${names})
    foreach(file name IN ZIP_LISTS files names)
        _eyelet_generate_add(${arg_TARGET} "${out}" "${name}" "${file}" "${imports}" "${files}")
    endforeach()

    get_target_property(type ${arg_TARGET} TYPE)
    if(type STREQUAL "EXECUTABLE")
        target_include_directories(${arg_TARGET} PRIVATE "${out}")
    else()
        target_include_directories(${arg_TARGET} PUBLIC "$<BUILD_INTERFACE:${out}>")
    endif()
endfunction()

cmake_policy(POP)
