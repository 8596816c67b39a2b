# The target `coverage`: builds everything, runs every test from zero counts and prints the lines of src/ that ran. What
# the generator wrote lies in the build folder and does not count.
find_program(GCOVR gcovr REQUIRED)
cmake_host_system_information(RESULT EYELET_CORES QUERY NUMBER_OF_LOGICAL_CORES)

# eyelet_targets_below(DIRECTORY RET): the targets of a directory and those below it.
function(eyelet_targets_below directory ret)
    get_property(targets DIRECTORY ${directory} PROPERTY BUILDSYSTEM_TARGETS)
    get_property(below DIRECTORY ${directory} PROPERTY SUBDIRECTORIES)
    foreach(subdirectory ${below})
        eyelet_targets_below(${subdirectory} more)
        list(APPEND targets ${more})
    endforeach()
    set(${ret} ${targets} PARENT_SCOPE)
endfunction()

eyelet_targets_below(${PROJECT_SOURCE_DIR} EYELET_TARGETS)
add_custom_target(coverage
    COMMAND find ${PROJECT_BINARY_DIR} -name *.gcda -delete
    COMMAND ${CMAKE_CTEST_COMMAND} --output-on-failure --no-tests=error -j ${EYELET_CORES}
    COMMAND ${GCOVR} --root ${PROJECT_SOURCE_DIR} --object-directory ${PROJECT_BINARY_DIR}
        --filter ${PROJECT_SOURCE_DIR}/src/ --print-summary
    WORKING_DIRECTORY ${PROJECT_BINARY_DIR}
    USES_TERMINAL VERBATIM)
add_dependencies(coverage ${EYELET_TARGETS})
