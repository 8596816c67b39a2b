# eyelet_generate(TARGET target BACKEND protobuf-c|nanopb PROTOS file... [IMPORT_DIRS dir...])
#
# Generates messages, services and clients of .proto files while <target> is built, and adds them to it: x.eyelet.[ch],
# by protoc-gen-eyelet, with the messages of one of these:
#
#   protobuf-c  x.pb-c.[ch], by protoc-gen-eyelet-c, which runs protobuf-c's plugin. Link eyelet::eyelet besides
#   nanopb      x.pb.[ch], by nanopb's plugin. Link eyelet::nano besides. Sizes of strings, bytes and repeated fields
#               are in x.options, which is looked for as x.proto is, by the same name within the same folders; that for
#               sub/x.proto is sub/x.options. A message of a service whose size is not fixed ends the compilation with
#               a sentence that says what to add. nanopb.proto, for options that stand in a .proto file, is found by
#               itself and need not be listed where it is imported; protobuf-c's code of such a file does need its folder
#               in IMPORT_DIRS, and both nanopb.proto and google/protobuf/descriptor.proto in PROTOS
#
# TARGET       a program or library of this directory. A library passes the folder of the headers on to its users
# BACKEND      which messages. A target may have both, for different files
# PROTOS       files, looked for in this directory, in IMPORT_DIRS, and among those that come with protoc, such as
#              google/protobuf/empty.proto: what is imported must be listed, too, for this target or for a library that
#              it links, with the same BACKEND; if not, the build ends with a sentence that names the file
# IMPORT_DIRS  where imports are looked for. A file's name within the first of these that it is in, else within this
#              directory, else within its own, is what imports and includes call it: sub/x.proto, "sub/x.eyelet.h"
#
# Everything is made again when a file, one that it imports, a generator, or the options of one of these files change.

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
                "eyelet_generate(TARGET target BACKEND protobuf-c|nanopb PROTOS file... [IMPORT_DIRS dir...])")
        endif()
    endforeach()
    if(NOT arg_BACKEND MATCHES "^(protobuf-c|nanopb)$")
        message(FATAL_ERROR "eyelet_generate: there is no BACKEND '${arg_BACKEND}': there are protobuf-c and nanopb")
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

# Sets <ret> to the property of a target that holds the names of the files whose code it has for <backend>.
function(_eyelet_generate_property backend ret)
    string(MAKE_C_IDENTIFIER "EYELET_GENERATE_NAMES_${backend}" property)
    set(${ret} ${property} PARENT_SCOPE)
endfunction()

# Both backends write x.eyelet.[ch].
function(_eyelet_generate_check_other names)
    set(other nanopb)
    if(arg_BACKEND STREQUAL "nanopb")
        set(other protobuf-c)
    endif()
    _eyelet_generate_property(${other} property)
    get_target_property(others ${arg_TARGET} ${property})
    foreach(name IN LISTS names)
        if("${name}" IN_LIST others)
            message(FATAL_ERROR
                "eyelet_generate: target '${arg_TARGET}' has the code of ${name} for BACKEND ${other} already")
        endif()
    endforeach()
endfunction()

# EYELET_NANOPB_PROTO_DIR: the folder of nanopb.proto. nanopb's generator is Python, so that lies in a folder of its own
# or among Python's, which find_path() does not know.
function(_eyelet_generate_find_nanopb_proto)
    file(REAL_PATH "${EYELET_PROTOC_GEN_NANOPB}" program)
    cmake_path(GET program PARENT_PATH bin)
    cmake_path(GET bin PARENT_PATH prefix)
    set(hints "${bin}/proto")
    foreach(dir IN LISTS prefix CMAKE_PREFIX_PATH CMAKE_SYSTEM_PREFIX_PATH)
        string(REGEX REPLACE "/$" "" dir "${dir}") # else two slashes: the cache has one, and then all is made again
        file(GLOB found "${dir}/lib*/python3*/*-packages/proto" "${dir}/lib*/python3*/*-packages/nanopb/generator/proto"
            "${dir}/share/nanopb/generator/proto")
        list(APPEND hints ${found})
    endforeach()
    find_path(EYELET_NANOPB_PROTO_DIR nanopb.proto HINTS ${hints} NO_CMAKE_FIND_ROOT_PATH)
    mark_as_advanced(EYELET_NANOPB_PROTO_DIR)
endfunction()

# The programs that it takes; what is missing is named with the package that brings it.
macro(_eyelet_generate_find)
    find_program(EYELET_PROTOC protoc)
    find_path(EYELET_PROTOBUF_DIR google/protobuf/descriptor.proto)
    mark_as_advanced(EYELET_PROTOC EYELET_PROTOBUF_DIR)
    if(NOT EYELET_PROTOC)
        message(FATAL_ERROR "eyelet_generate: there is no protoc; in Debian it is in the package protobuf-compiler")
    endif()
    if(NOT EYELET_PROTOBUF_DIR)
        message(FATAL_ERROR "eyelet_generate: there is no google/protobuf/descriptor.proto; "
            "in Debian it is in the package libprotobuf-dev")
    endif()
    set(plugins protoc-gen-eyelet)
    if(arg_BACKEND STREQUAL "nanopb")
        find_program(EYELET_PROTOC_GEN_NANOPB NAMES protoc-gen-nanopb)
        mark_as_advanced(EYELET_PROTOC_GEN_NANOPB)
        if(NOT EYELET_PROTOC_GEN_NANOPB)
            message(FATAL_ERROR
                "eyelet_generate: there is no protoc-gen-nanopb; in Debian it is in the package nanopb")
        endif()
        _eyelet_generate_find_nanopb_proto()
    else()
        find_program(EYELET_PROTOC_GEN_C NAMES protoc-gen-c)
        mark_as_advanced(EYELET_PROTOC_GEN_C)
        if(NOT EYELET_PROTOC_GEN_C)
            message(FATAL_ERROR
                "eyelet_generate: there is no protoc-gen-c; in Debian it is in the package protobuf-c-compiler")
        endif()
        list(APPEND plugins protoc-gen-eyelet-c)
    endif()
    foreach(plugin IN LISTS plugins)
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

# Sets <ret> to <file> and, as far as they lie in <dirs>, all that it imports. Read with care for one line at a time, as
# these are written; an import that is missed is only not watched.
function(_eyelet_generate_imports file dirs ret)
    set(found "${file}")
    set(left "${file}")
    while(left)
        list(POP_FRONT left at)
        file(STRINGS "${at}" lines REGEX "^[ \t]*import[ \t]*(public|weak)?[ \t]*[\"'][^\"';]+[\"']")
        foreach(line IN LISTS lines)
            string(REGEX REPLACE "^[^\"']*[\"']([^\"';]+)[\"'].*" "\\1" import "${line}")
            foreach(dir IN LISTS dirs)
                if(EXISTS "${dir}/${import}" AND NOT "${dir}/${import}" IN_LIST found)
                    list(APPEND found "${dir}/${import}")
                    list(APPEND left "${dir}/${import}")
                    break()
                endif()
            endforeach()
        endforeach()
    endwhile()
    set(${ret} "${found}" PARENT_SCOPE)
endfunction()

# Where nanopb.proto is not found, and one of <files> or what it imports wants it, the configuration ends.
function(_eyelet_generate_check_nanopb_proto files imports)
    foreach(dir IN LISTS imports)
        if(EXISTS "${dir}/nanopb.proto")
            return()
        endif()
    endforeach()
    foreach(file IN LISTS files)
        _eyelet_generate_imports("${file}" "${imports}" protos)
        foreach(proto IN LISTS protos)
            file(STRINGS "${proto}" lines REGEX "^[ \t]*import[ \t]*(public|weak)?[ \t]*[\"']nanopb\\.proto[\"']")
            if(lines)
                message(FATAL_ERROR "eyelet_generate: ${proto} imports nanopb.proto, and that lies neither in "
                    "IMPORT_DIRS nor beside ${EYELET_PROTOC_GEN_NANOPB}: set EYELET_NANOPB_PROTO_DIR to its folder")
            endif()
        endforeach()
    endforeach()
endfunction()

# Sets <ret> to what nanopb's code of <file> depends on: that file and what it imports, and the options of all these.
# They may come and go, so CMake looks for them at each build; a list of them, which changes with them, is there, too.
function(_eyelet_generate_watch base file imports ret)
    _eyelet_generate_imports("${file}" "${imports}" protos)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${protos})
    set(patterns "")
    foreach(proto IN LISTS protos)
        foreach(dir IN LISTS imports)
            cmake_path(IS_PREFIX dir "${proto}" is_inside)
            if(is_inside)
                cmake_path(RELATIVE_PATH proto BASE_DIRECTORY "${dir}" OUTPUT_VARIABLE name)
                string(REGEX REPLACE "\\.proto(devel)?$" ".options" name "${name}")
                list(TRANSFORM imports APPEND "/${name}" OUTPUT_VARIABLE candidates)
                list(APPEND patterns ${candidates})
            endif()
        endforeach()
    endforeach()
    list(REMOVE_DUPLICATES patterns)
    list(TRANSFORM patterns REPLACE "([[*?])" "[\\1]")
    file(GLOB options CONFIGURE_DEPENDS ${patterns})
    file(CONFIGURE OUTPUT "${base}.options.list" CONTENT "${options}\n" @ONLY)
    set(${ret} ${protos} ${options} "${base}.options.list" PARENT_SCOPE)
endfunction()

# One .proto file, named <name> within one of <imports>: the rule that makes its four files, added to the target.
function(_eyelet_generate_add target backend out name file imports others)
    _eyelet_generate_property(${backend} property)
    string(REGEX REPLACE "\\.proto(devel)?$" "" stem "${name}")
    cmake_path(APPEND out "${stem}" OUTPUT_VARIABLE base)
    set(includes ${imports})
    list(TRANSFORM includes PREPEND "-I")
    # Ninja wants the first of these to be the first in the list of dependencies, and protoc sorts that.
    if(backend STREQUAL "nanopb")
        set(outputs "${base}.eyelet.c" "${base}.eyelet.h" "${base}.pb.c" "${base}.pb.h")
        _eyelet_generate_watch("${base}" "${file}" "${imports}" watched)
        # The first option does nothing but to make these two: then nanopb splits them at commas and not at spaces.
        list(TRANSFORM includes PREPEND "--nanopb_opt=" OUTPUT_VARIABLE options_dirs)
        set(messages "--plugin=protoc-gen-nanopb=${EYELET_PROTOC_GEN_NANOPB}" "--nanopb_out=${out}"
            "--nanopb_opt=--no-timestamp" ${options_dirs})
        set(generators "${EYELET_PROTOC_GEN_NANOPB}")
        set(environment "PYTHONDONTWRITEBYTECODE=1")
    else()
        set(outputs "${base}.eyelet.c" "${base}.eyelet.h" "${base}.pb-c.c" "${base}.pb-c.h")
        set(watched "")
        set(messages "--plugin=protoc-gen-eyelet-c=$<TARGET_FILE:eyelet::protoc-gen-eyelet-c>" "--eyelet-c_out=${out}")
        set(generators "${EYELET_PROTOC_GEN_C}" "$<TARGET_FILE:eyelet::protoc-gen-eyelet-c>")
        set(environment "EYELET_PROTOC_GEN_C=${EYELET_PROTOC_GEN_C}")
    endif()

    # What is imported is made for this target, too, or its header is where the compiler would find it, and was made
    # before this runs: a library that is linked is built first. A comma would end the option.
    set(made "$<FILTER:$<TARGET_PROPERTY:${target},${property}>,EXCLUDE,$<COMMA>>")
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
        COMMAND "${CMAKE_COMMAND}" -E env ${environment}
                "${EYELET_PROTOC}" ${includes} ${write_depfile} ${messages}
                "--plugin=protoc-gen-eyelet=$<TARGET_FILE:eyelet::protoc-gen-eyelet>" "--eyelet_out=${out}"
                "--eyelet_opt=backend=${backend}"
                "$<$<BOOL:${made}>:--eyelet_opt=import=$<JOIN:${made},$<COMMA>import=>>"
                "$<$<BOOL:${dirs}>:--eyelet_opt=import_dir=$<JOIN:${dirs},$<COMMA>import_dir=>>"
                "${file}"
        DEPENDS ${depends} ${watched} ${generators} "$<TARGET_FILE:eyelet::protoc-gen-eyelet>"
        WORKING_DIRECTORY "${out}" # nanopb looks for options in there first
        ${read_depfile}
        COMMENT "Generating messages, services and clients of ${name}"
        COMMAND_EXPAND_LISTS VERBATIM)
    target_sources(${target} PRIVATE ${outputs})
    if(backend STREQUAL "nanopb" AND CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
        # A small server links with --gc-sections and without the client's half of this.
        set_property(SOURCE ${outputs} APPEND PROPERTY COMPILE_OPTIONS -ffunction-sections -fdata-sections)
    endif()
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
    if(arg_BACKEND STREQUAL "nanopb" AND EYELET_NANOPB_PROTO_DIR)
        list(APPEND imports "${EYELET_NANOPB_PROTO_DIR}")
    endif()
    list(REMOVE_DUPLICATES imports)
    if(arg_BACKEND STREQUAL "nanopb")
        _eyelet_generate_check_nanopb_proto("${files}" "${imports}")
    endif()
    if(arg_BACKEND STREQUAL "nanopb" AND "${imports}" MATCHES ",")
        message(FATAL_ERROR "eyelet_generate: nanopb finds no options in a folder with a comma in its name: ${imports}")
    endif()

    set(out "${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}.eyelet") # one for each target: two may share a .proto file
    file(MAKE_DIRECTORY "${out}")

    _eyelet_generate_check_other("${names}")
    _eyelet_generate_property(${arg_BACKEND} property)
    set_property(TARGET ${arg_TARGET} APPEND PROPERTY ${property} ${names})
    foreach(file name IN ZIP_LISTS files names)
        _eyelet_generate_add(${arg_TARGET} ${arg_BACKEND} "${out}" "${name}" "${file}" "${imports}" "${files}")
    endforeach()

    get_target_property(type ${arg_TARGET} TYPE)
    if(type STREQUAL "EXECUTABLE")
        target_include_directories(${arg_TARGET} PRIVATE "${out}")
    else()
        target_include_directories(${arg_TARGET} PUBLIC "$<BUILD_INTERFACE:${out}>")
    endif()
endfunction()

cmake_policy(POP)
