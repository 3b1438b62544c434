package netfix;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShellCheckTest {

    @Test
    void findsWhatAFaultyScriptDoes() throws Exception {
        String findings = ShellCheck.findings("#!/bin/sh\nrm -f $1\n");
        assertTrue(findings.contains("SC2086"), findings);
    }

    @Test
    void acceptsACleanScript() throws Exception {
        ShellCheck.assertClean("a clean script", "#!/bin/sh\nrm -f \"$1\"\n");
    }
}
