package netfix;

import java.time.Instant;
import java.util.List;

/** Another machine, but for what is overridden. */
abstract class ForwardingMachine implements Machine {

    abstract Machine to();

    @Override
    public CommandResult run(Command command) {
        return to().run(command);
    }

    @Override
    public Reading<String> read(String path) {
        return to().read(path);
    }

    @Override
    public Reading<List<String>> list(String folder) {
        return to().list(folder);
    }

    @Override
    public Reading<FileStat> stat(String path) {
        return to().stat(path);
    }

    @Override
    public boolean runsCommands() {
        return to().runsCommands();
    }

    @Override
    public Instant clock() {
        return to().clock();
    }

    @Override
    public String describe() {
        return to().describe();
    }
}
