# eyelet_make_static(<target>): links a program so that it needs no other file, as an enclave's image wants it. The
# targets eyelet::eyelet-static and PkgConfig::PROTOBUF_C name shared libraries, so what is linked is said here.
find_library(PROTOBUF_C_ARCHIVE libprotobuf-c.a REQUIRED)
find_library(NANOPB_ARCHIVE libprotobuf-nanopb.a REQUIRED)
mark_as_advanced(PROTOBUF_C_ARCHIVE NANOPB_ARCHIVE)

function(eyelet_make_static target)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include)
    target_include_directories(${target} SYSTEM PRIVATE ${PROTOBUF_C_INCLUDE_DIRS})
    target_link_libraries(${target} PRIVATE eyelet_build $<TARGET_FILE:eyelet-static> ${PROTOBUF_C_ARCHIVE}
        ${NANOPB_ARCHIVE} Threads::Threads)
    target_link_options(${target} PRIVATE -static)
endfunction()
